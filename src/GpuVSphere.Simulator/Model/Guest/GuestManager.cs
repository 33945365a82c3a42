using System;
using System.Collections.Generic;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Posix;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>
/// A manager of guest operations: each call names a VM and a login. Refused as types-more.txt has it: without the privilege on the VM, while it does not run,
/// while VMware Tools do not, and with a wrong login.
/// </summary>
internal abstract class GuestManager(MoRef reference, SimulatedInventory inventory) : ModelObject(reference, inventory)
{
    public override MoRef Entity => Inventory.Profile.RootFolder;

    public override IEnumerable<string> PropertyNames => [];

    public override object? GetProperty(string name) => null;

    protected sealed override object? Invoke(MethodCall call)
    {
        VirtualMachine vm = Inventory.Require<VirtualMachine>(call.Arguments.RequiredReference("vm"));
        Privileges.Require(call.Session, vm.Reference, "VirtualMachine.GuestOperations." + PrivilegeOf(call.Method));
        if (vm.PowerState != "poweredOn")
        {
            throw Faults.InvalidPowerState("poweredOn", vm.PowerState, "types-more.txt: InvalidPowerState if the VM is not powered on");
        }

        if (!vm.ToolsRun)
        {
            throw new SimulatedFault("GuestOperationsUnavailable", "The guest operations agent could not be contacted.", "types-more.txt: GuestOperationsUnavailable");
        }

        DataObject login = call.Arguments.Object("auth") ?? new DataObject(string.Empty);
        GuestUser? user = login["username"] is null ? null : vm.Guest.User(login.RequiredText("username"));
        if (user is null || user.Password != login.Text("password"))
        {
            throw new SimulatedFault("InvalidGuestLogin", "Failed to authenticate with the guest operating system using the supplied credentials.", "types-more.txt: InvalidGuestLogin");
        }

        try
        {
            return Invoke(call, vm.Guest, user);
        }
        catch (ShError error)
        {
            string path = call.Arguments.Text("guestFilePath") ?? call.Arguments.Text("filePath") ?? call.Arguments.Text("directoryPath") ?? call.Arguments.Text("srcFilePath") ?? string.Empty;
            throw FaultOf(error, path);
        }
    }

    /// <summary>Execute, Modify or Query.</summary>
    protected abstract string PrivilegeOf(string method);

    protected abstract object? Invoke(MethodCall call, SimulatedGuest guest, GuestUser user);

    /// <summary>The path by which a guest's files are kept.</summary>
    protected static string PathOf(SimulatedGuest guest, string path) => guest.Family == GuestFamily.Windows ? WindowsCommand.PathOf(path) : ShPath.Absolute(path, "/");

    private static SimulatedFault FaultOf(ShError error, string path)
    {
        (string type, string text) = error.Message switch
        {
            var reason when reason == ShError.NotFound.Message => ("FileNotFound", "File " + path + " was not found"),
            var reason when reason == ShError.Exists.Message => ("FileAlreadyExists", "The file " + path + " already exists"),
            var reason when reason == ShError.IsDirectory.Message => ("NotAFile", "The given path " + path + " is not a file"),
            var reason when reason == ShError.NotDirectory.Message => ("NotADirectory", "The given path " + path + " is not a directory"),
            var reason when reason == ShError.NotEmpty.Message => ("DirectoryNotEmpty", "The directory " + path + " is not empty"),
            var reason when reason == ShError.Denied.Message => ("GuestPermissionDenied", "Permission to perform this operation was denied."),
            _ => ("CannotAccessFile", "Unable to access file " + path),
        };
        SimulatedFault fault = new(type, text, "types-more.txt: faults of GuestFileManager");
        if (type != "GuestPermissionDenied")
        {
            fault.Detail.With("file", path);
        }

        return fault;
    }
}

using System;
using System.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Shell;

/// <summary>What goes wrong with guests, in words.</summary>
internal static class GuestErrors
{
    public static GpuVSphereException NotRoot(string vm, string user, string said)
    {
        // That refusal repeats the command, over as many lines as it has; a right to some commands is not one to a shell.
        string last = said.IndexOf(" is not allowed to execute ", StringComparison.Ordinal) >= 0
            ? "sudo does not let it run /bin/sh"
            : said.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0) ?? "sudo said nothing";
        return new GpuVSphereException(
            "GuestNotRoot",
            GpuErrorCategory.PermissionDenied,
            $"{user} cannot be root in {vm}: {last.TrimEnd('.')}.",
            vm,
            said.IndexOf("must have a tty", StringComparison.Ordinal) >= 0
                ? $"sudo wants a terminal there: put 'Defaults:{user} !requiretty' into /etc/sudoers (visudo) in the guest, or give the login of root with -GuestCredential."
                : "Give the login of root, or of a user who may use sudo with this password or without one, with -GuestCredential.");
    }

    public static GpuVSphereException FileFailed(string vm, string path, string said) => new(
        "GuestFileFailed",
        GpuErrorCategory.OperationFailed,
        $"{path} in {vm}: {said}",
        vm,
        "Check the path in the guest.");

    public static GpuVSphereException PoweredOff(string vm, string state, Exception? inner = null) => new(
        "GuestPoweredOff",
        GpuErrorCategory.InvalidState,
        $"{vm} is {(state == "suspended" ? "suspended" : "powered off")}: its guest cannot be reached.",
        vm,
        $"Start-VM {Typed.Name(vm)}, and wait until VMware Tools run.",
        inner);

    public static GpuVSphereException NoTools(string vm, Exception? inner = null) => new(
        "GuestToolsNotRunning",
        GpuErrorCategory.InvalidState,
        $"VMware Tools do not run in {vm}: nothing can be done in its guest by them.",
        vm,
        "Install or start VMware Tools (open-vm-tools) in the guest, wait until it has started, or go by SSH with -Ssh.",
        inner);

    /// <summary>A fault of a guest operation, in words; other faults as they are.</summary>
    public static GpuVSphereException Explain(VimFaultException fault, string vm, string user) => fault.FaultType switch
    {
        "InvalidGuestLogin" => new(
            "GuestLoginFailed",
            GpuErrorCategory.AuthenticationFailed,
            $"{vm} did not accept the login of {user}.",
            vm,
            "Check the user and the password in -GuestCredential: they are those of the guest, not of vSphere.",
            fault),
        "GuestOperationsUnavailable" or "ToolsUnavailable" => NoTools(vm, fault),
        "InvalidPowerState" => PoweredOff(vm, fault.Fault?["existingState"]?.Text ?? "poweredOff", fault),
        "GuestPermissionDenied" => new("GuestPermissionDenied", GpuErrorCategory.PermissionDenied, $"{user} may not do this in {vm}: {fault.FaultMessage}", vm, "Give a login that may, with -GuestCredential.", fault),
        "GuestComponentsOutOfDate" => new("GuestOperationsUnavailable", GpuErrorCategory.NotSupported, $"VMware Tools in {vm} are too old for guest operations.", vm, "Update VMware Tools in the guest, or go by SSH with -Ssh.", fault),
        "OperationDisabledByGuest" or "OperationNotSupportedByGuest" => new(
            "GuestOperationsUnavailable",
            GpuErrorCategory.NotSupported,
            $"VMware Tools in {vm} do not take guest operations: {fault.FaultMessage}",
            vm,
            "Allow them in the guest (tools.conf, section guestoperations), or go by SSH with -Ssh.",
            fault),
        "NoPermission" => new(
            "GuestOperationsNotAllowed",
            GpuErrorCategory.PermissionDenied,
            $"This vSphere account may not use guest operations on {vm}{Missing(fault)}.",
            vm,
            "Ask for a role with VirtualMachine.GuestOperations.Execute, .Query and .Modify on the VM, or go by SSH with -Ssh.",
            fault),
        "FileNotFound" or "FileFault" or "CannotAccessFile" or "NotAFile" or "NotADirectory" or "FileAlreadyExists" or "DirectoryNotEmpty" =>
            new("GuestFileFailed", GpuErrorCategory.OperationFailed, $"{vm}: {fault.FaultMessage}", vm, "Check the path in the guest.", fault),
        _ => fault,
    };

    /// <summary>What the OpenSSH client's trouble means for a guest: the same errors, with the steps that lead further there.</summary>
    public static GpuVSphereException OfSsh(GpuVSphereException error, string vm, string destination) => error.Id switch
    {
        "SshAuthenticationFailed" => With(error, vm, "Give the guest's login with -GuestCredential (with an empty password it names the user only, and the keys of the client are used), or put your public key into the guest."),
        "SshRefused" => With(error, vm, $"Start the SSH server in the guest, or leave -Ssh away to go by VMware Tools. Then try: ssh {destination}"),
        "SshTimeout" => With(error, vm, $"Check that this machine reaches the guest's network, or leave -Ssh away to go by VMware Tools. Then try: ssh {destination}"),
        "SshClientTooOld" or "SshPasswordNotPossible" => With(error, vm, "Log in with a key (give -GuestCredential with an empty password to name the user), or leave -Ssh away to go by VMware Tools."),
        _ => error,
    };

    /// <summary>The error of a connection that broke while a command ran.</summary>
    /// <param name="error">The error.</param>
    /// <param name="isEnded">Whether the command was ended in the guest; null when it was not there any more.</param>
    public static GpuVSphereException Cut(GpuVSphereException error, bool? isEnded) => isEnded is not { } ended ? error : new(
        error.Id,
        error.Category,
        $"{error.Message.TrimEnd('.', ' ')}. What ran in the guest then {(ended ? "was ended there" : "may still run there")}.",
        error.Target,
        error.NextStep,
        error);

    private static GpuVSphereException With(GpuVSphereException error, string vm, string nextStep) => new(error.Id, error.Category, error.Message, vm, nextStep, error);

    private static string Missing(VimFaultException fault) => fault is NoPermissionException { MissingPrivileges: { Count: > 0 } missing }
        ? $": it lacks {string.Join(", ", missing.Select(privilege => privilege.PrivilegeId).Distinct())}"
        : string.Empty;
}

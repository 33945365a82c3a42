using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Posix;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>Starts, lists and ends processes of guests.</summary>
internal sealed class GuestProcessManager(MoRef reference, SimulatedInventory inventory) : GuestManager(reference, inventory)
{
    protected override string PrivilegeOf(string method) => method is "StartProgramInGuest" or "TerminateProcessInGuest" ? "Execute" : "Query";

    protected override object? Invoke(MethodCall call, SimulatedGuest guest, GuestUser user)
    {
        switch (call.Method)
        {
            case "StartProgramInGuest":
                DataObject spec = call.Arguments.Object("spec") ?? new DataObject(string.Empty);
                return Start(spec, guest, user).Pid;
            case "ListProcessesInGuest":
                HashSet<string> wanted = [.. call.Arguments.Texts("pids")];
                return Wire.List(guest.ToldProcesses
                    .Where(process => wanted.Count == 0 || wanted.Contains(process.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)))
                    .Select(process => Wire.Of("GuestProcessInfo")
                        .With("name", process.Name)
                        .With("pid", process.Pid)
                        .With("owner", process.User.Name)
                        .With("cmdLine", process.CommandLine)
                        .With("startTime", process.StartTime)
                        .With("endTime", process.EndTime)
                        .With("exitCode", process.ExitCode)));
            case "TerminateProcessInGuest":
                long pid = call.Arguments.Int64("pid") ?? 0;
                GuestProcess? found = guest.Process(pid);
                if (found is null)
                {
                    SimulatedFault fault = new("GuestProcessNotFound", "The process with id " + pid + " was not found.", "types-more.txt: GuestProcessNotFound");
                    fault.Detail.With("pid", pid);
                    throw fault;
                }

                if (!user.IsRoot && found.User != user)
                {
                    throw new SimulatedFault("GuestPermissionDenied", "Permission to perform this operation was denied.", "types-more.txt: GuestPermissionDenied");
                }

                found.Kill(15);
                return null;
            case "ReadEnvironmentVariableInGuest":
                Dictionary<string, string> variables = guest.Family == GuestFamily.Windows
                    ? new Dictionary<string, string>(guest.Environment, StringComparer.OrdinalIgnoreCase)
                    : new GuestSystem(guest, user).NewScope(new GuestProcess(0, 0, user, "sh", "sh", guest.Inventory.Now)).Environment();
                IReadOnlyList<string> names = call.Arguments.Texts("names");
                return variables.Where(pair => names.Count == 0 || names.Contains(pair.Key, StringComparer.OrdinalIgnoreCase)).Select(pair => (object)(pair.Key + "=" + pair.Value)).ToList();
            default:
                throw Faults.MethodNotFound(call, Reference);
        }
    }

    private static GuestProcess Start(DataObject spec, SimulatedGuest guest, GuestUser user)
    {
        string program = spec.RequiredText("programPath");
        string arguments = spec.Text("arguments") ?? string.Empty;
        string path = PathOf(guest, program);
        GuestFile file = guest.Files.Find(path, user) ?? throw ShError.NotFound;
        if (file.IsDirectory || !file.Allows(user, 1))
        {
            throw ShError.Denied;
        }

        string commandLine = program + " " + arguments;
        if (guest.Family == GuestFamily.Windows)
        {
            return guest.Start(null, user, ShPath.Name(path), commandLine, self => WindowsInterpreter.RunAsync(guest, self, user, path, arguments), isOfTools: true);
        }

        // The guest's shell reads the arguments, and the program takes its place.
        GuestSystem system = new(guest, user);
        string script = "exec '" + program.Replace("'", "'\\''") + "' " + arguments;
        return guest.Start(
            null,
            user,
            ShPath.Name(path),
            commandLine,
            self =>
            {
                ShScope scope = system.NewScope(self);
                scope.Directory = spec.Text("workingDirectory") is { Length: > 0 } directory ? directory : scope.Directory;
                return new ShInterpreter(system).RunAsync(script, scope, new ShIo(ShInput.Empty, ShOutput.Nowhere, ShOutput.Nowhere));
            },
            isOfTools: true);
    }
}

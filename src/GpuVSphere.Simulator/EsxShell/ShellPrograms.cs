using System;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>The programs of a host's shell, by name.</summary>
internal static class ShellPrograms
{
    public static Task<ShellResult> RunAsync(ShellCall call, CancellationToken cancellationToken)
    {
        if (call.Program is "esxcli" or "/sbin/esxcli" or "/bin/esxcli" or "localcli")
        {
            return EsxCliProgram.RunAsync(call, cancellationToken);
        }

        lock (call.Inventory.Gate)
        {
            return Task.FromResult(Run(call));
        }
    }

    private static ShellResult Run(ShellCall call)
    {
        HostSystem host = call.Host;
        string name = call.Program.StartsWith("/bin/", StringComparison.Ordinal) || call.Program.StartsWith("/usr/bin/", StringComparison.Ordinal)
            ? call.Program.Substring(call.Program.LastIndexOf('/') + 1)
            : call.Program;
        switch (name)
        {
            case "nvidia-smi" when host.Software.HasNvidiaModule:
                return new NvidiaSmi(call).Run();
            case "vmkload_mod":
                return ShellCall.Says(HostModules.List(host));
            case "nv-hostengine" when host.HasGpuDriver && host.Release.Has("7.0.0.0"):
                return HostEngine.Run(call);
            case "/etc/init.d/xorg":
                return HostEngine.Xorg(call);
            case "/etc/init.d/nvdGpuMgmtDaemon" when host.Software.Running.Any(vib => vib.Name.IndexOf("mgmt", StringComparison.OrdinalIgnoreCase) >= 0):
                return HostEngine.Daemon(call);
            case "dmesg":
                return ShellCall.Says(HostModules.KernelLog(host));
            case "hostname":
                return ShellCall.Says(host.Name);
            case "vmware":
                return ShellCall.Says(call.Arguments.Contains("-l") ? "VMware ESXi " + host.Release.Version : "VMware ESXi " + host.Release.Version + " build-" + host.Release.Build);
            case "uname":
                return ShellCall.Says(call.Arguments.Contains("-a")
                    ? "VMkernel " + host.Name + " " + host.Release.Version + " #1 SMP Release build-" + host.Release.Build + " x86_64 x86_64 x86_64 ESXi"
                    : "VMkernel");
            case "echo":
                return ShellCall.Says(string.Join(" ", call.Arguments) + "\n");
            case "grep":
                return Grep(call);
            case "head" or "tail":
                return Ends(call, name == "head");
            case "cat":
                return call.Arguments.Count == 0 ? ShellCall.Says(call.Input) : ShellCall.Fails("cat: can't open '" + call.Arguments[0] + "': No such file or directory");
            case "sort":
                return ShellCall.Says(string.Join("\n", Lines(call.Input).OrderBy(line => line, StringComparer.Ordinal)));
            case "wc":
                return ShellCall.Says(Lines(call.Input).Length.ToString(CultureInfo.InvariantCulture));
            case "true" or "sleep" or "sync":
                return ShellCall.Says(string.Empty);
            case "false":
                return new ShellResult(1, string.Empty, string.Empty);
            default:
                return ShellCall.Fails("sh: " + call.Program + ": not found", 127);
        }
    }

    public static string[] Lines(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');

    private static ShellResult Grep(ShellCall call)
    {
        string options = string.Concat(call.Arguments.Where(word => word.StartsWith("-", StringComparison.Ordinal)).Select(word => word.TrimStart('-')));
        string? pattern = call.Arguments.FirstOrDefault(word => !word.StartsWith("-", StringComparison.Ordinal));
        if (pattern is null)
        {
            return ShellCall.Fails("BusyBox grep: no pattern", 2);
        }

        StringComparison comparison = options.IndexOf('i') >= 0 ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

        // Patterns are alternatives of plain words, which is what is looked for in lists.
        string[] alternatives = options.IndexOf('E') >= 0 ? pattern.Split('|') : pattern.Split(["\\|"], StringSplitOptions.None);
        bool wantsOthers = options.IndexOf('v') >= 0;
        string[] found = Lines(call.Input).Where(line => alternatives.Any(word => line.IndexOf(word, comparison) >= 0) != wantsOthers).ToArray();
        int status = found.Length > 0 ? 0 : 1;
        return options.IndexOf('q') >= 0 ? new ShellResult(status, string.Empty, string.Empty)
            : options.IndexOf('c') >= 0 ? ShellCall.Says(found.Length.ToString(CultureInfo.InvariantCulture), status)
            : ShellCall.Says(string.Join("\n", found), status);
    }

    private static ShellResult Ends(ShellCall call, bool first)
    {
        string? given = call.Arguments.LastOrDefault();
        int count = given is not null && int.TryParse(given.TrimStart('-', 'n'), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 10;
        string[] lines = Lines(call.Input);
        StringBuilder text = new();
        foreach (string line in first ? lines.Take(count) : lines.Skip(Math.Max(0, lines.Length - count)))
        {
            text.Append(line).Append('\n');
        }

        return ShellCall.Says(text.ToString());
    }
}

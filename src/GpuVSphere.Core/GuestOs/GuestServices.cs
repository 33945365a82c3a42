using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.GuestOs;

/// <summary>Services of a Linux guest: by systemd, or by <c>service</c> where that is not there.</summary>
internal sealed class GuestServices(IGuestShell shell, GuestSystem system, string vm)
{
    /// <summary>Whether there is such a service.</summary>
    public async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken)
    {
        string quoted = RemoteQuoting.Quote(name);
        string command = system.HasSystemd
            ? $"systemctl cat {quoted} >/dev/null 2>&1"
            : $"test -e {RemoteQuoting.Quote("/etc/init.d/" + name)}";
        return (await shell.RunAsync(new GuestCommand(command), cancellationToken).ConfigureAwait(false)).ExitCode == 0;
    }

    /// <summary>Whether it runs.</summary>
    public async Task<bool> IsActiveAsync(string name, CancellationToken cancellationToken)
    {
        string quoted = RemoteQuoting.Quote(name);
        string command = system.HasSystemd ? $"systemctl is-active {quoted}" : $"service {quoted} status >/dev/null 2>&1";
        return (await shell.RunAsync(new GuestCommand(command), cancellationToken).ConfigureAwait(false)).ExitCode == 0;
    }

    /// <summary>Starts it.</summary>
    /// <exception cref="GpuVSphereException">GuestCommandFailed.</exception>
    public Task StartAsync(string name, CancellationToken cancellationToken) => ChangeAsync("start", name, cancellationToken);

    /// <summary>Stops it.</summary>
    /// <exception cref="GpuVSphereException">GuestCommandFailed.</exception>
    public Task StopAsync(string name, CancellationToken cancellationToken) => ChangeAsync("stop", name, cancellationToken);

    /// <summary>Stops it when it runs, and starts it.</summary>
    /// <exception cref="GpuVSphereException">GuestCommandFailed.</exception>
    public Task RestartAsync(string name, CancellationToken cancellationToken) => ChangeAsync("restart", name, cancellationToken);

    /// <summary>Has it start with the guest. Without systemd it is left as its package has it.</summary>
    /// <exception cref="GpuVSphereException">GuestCommandFailed.</exception>
    public Task EnableAsync(string name, CancellationToken cancellationToken) =>
        system.HasSystemd ? ChangeAsync("enable", name, cancellationToken) : Task.CompletedTask;

    /// <summary>Reads unit files that were written anew. Without systemd there is nothing to read.</summary>
    /// <exception cref="GpuVSphereException">GuestCommandFailed.</exception>
    public Task ReloadUnitsAsync(CancellationToken cancellationToken) => system.HasSystemd
        ? shell.RunCheckedAsync(vm, "systemd's units could not be read anew", new GuestCommand("systemctl daemon-reload") { AsRoot = true }, cancellationToken)
        : Task.CompletedTask;

    private Task ChangeAsync(string verb, string name, CancellationToken cancellationToken)
    {
        string quoted = RemoteQuoting.Quote(name);
        string command = system.HasSystemd ? $"systemctl {verb} {quoted}" : $"service {quoted} {verb}";
        string done = verb switch { "stop" => "stopped", "start" => "started", "restart" => "restarted", _ => "enabled" };
        return shell.RunCheckedAsync(vm, $"The service {name} could not be {done}", new GuestCommand(command) { AsRoot = true }, cancellationToken);
    }
}

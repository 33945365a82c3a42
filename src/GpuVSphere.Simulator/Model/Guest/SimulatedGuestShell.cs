using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>A login of a user in a simulated guest.</summary>
internal sealed class SimulatedGuestShell(SimulatedGuest guest, GuestUser user) : IGuestShell
{
    private bool _isClosed;

    public GuestFamily Family => guest.Family;

    public string UserName => user.Name;

    private object Gate => guest.Inventory.Gate;

    public async Task<ShellResult> RunAsync(GuestCommand command, CancellationToken cancellationToken)
    {
        Require(cancellationToken);
        GuestUser runs = command.AsRoot && Family == GuestFamily.Linux ? RequireRoot() : user;
        LineSplitter lines = new(command.OnOutput);
        using MemoryStream output = new();
        using MemoryStream error = new();
        ShIo io = new(ShInput.Of(command.Input is null ? string.Empty : new NetworkCredential(string.Empty, command.Input).Password), Keep(output), Keep(error));
        GuestProcess process;
        GuestSystem system = new(guest, runs);
        process = Family == GuestFamily.Windows
            ? guest.Start(null, runs, "cmd.exe", command.CommandLine, self => WindowsCommand.RunAsync(guest, self, runs, command.CommandLine, io))
            : guest.Start(null, runs, "sh", "sh -c " + command.CommandLine, self => new ShInterpreter(system).RunAsync(command.CommandLine, system.NewScope(self), io));
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task limit = command.Timeout is { } time ? guest.Inventory.DelayAsync(time, stop.Token) : Task.Delay(Timeout.Infinite, stop.Token);
        await Task.WhenAny(process.End, limit).ConfigureAwait(false);
        bool ended = process.End.IsCompleted;
        stop.Cancel();
        if (!ended)
        {
            (string written, string said) = (Text(output), Text(error));
            lock (Gate)
            {
                foreach (GuestProcess one in guest.Processes.Where(one => one.Group == process.Group))
                {
                    one.Kill(15);
                }
            }

            await process.End.ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            lines.End();
            throw new GuestCommandTimeoutException(guest.Vm.Name, command.Timeout!.Value, written, said);
        }

        lock (Gate)
        {
            if (process.Signal == 9 && !guest.IsUp)
            {
                throw new GpuVSphereException("SshFailed", GpuErrorCategory.ConnectionFailed, $"The SSH connection to {guest.Vm.Name} was cut: Connection closed by remote host.", guest.Vm.Name, "Wait until the guest has started again.");
            }
        }

        lines.End();
        return new ShellResult(await process.End.ConfigureAwait(false), Text(output), Text(error));

        static string Text(MemoryStream stream)
        {
            lock (stream)
            {
                return Encoding.UTF8.GetString(stream.ToArray());
            }
        }

        ShOutput Keep(MemoryStream stream) => new(bytes =>
        {
            lock (stream)
            {
                stream.Write(bytes, 0, bytes.Length);
            }

            lines.Take(Encoding.UTF8.GetString(bytes));
        });
    }

    public Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken) => Task.FromResult(OnFiles(path, cancellationToken, (full, reader) =>
        guest.Files.Exists(full) ? guest.Files.Read(full, reader).Content : null));

    public async Task WriteFileAsync(string path, Stream content, long length, GuestFileOptions options, CancellationToken cancellationToken)
    {
        using MemoryStream bytes = new();
        await content.CopyToAsync(bytes, 81920, cancellationToken).ConfigureAwait(false);
        OnFiles(path, cancellationToken, (full, writer) =>
        {
            GuestFile? before = guest.Files.Find(full, writer);
            GuestFile file = guest.Files.Open(full, false, writer);
            file.Content = bytes.ToArray();
            file.Mode = options.Mode is { } mode ? GuestFiles.Octal(mode) : before is null ? GuestFiles.Octal("0644") : file.Mode;
            if (options.Owner is { } owner)
            {
                file.Owner = owner.Split(':')[0];
                file.Group = owner.Split(':').Last();
            }

            return true;
        });
    }

    public Task DeleteFileAsync(string path, CancellationToken cancellationToken)
    {
        OnFiles(path, cancellationToken, (full, remover) =>
        {
            if (guest.Files.Exists(full))
            {
                guest.Files.Delete(full, remover);
            }

            return true;
        });
        return Task.CompletedTask;
    }

    public void Dispose() => _isClosed = true;

    private void Require(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_isClosed)
        {
            throw new ObjectDisposedException(nameof(SimulatedGuestShell));
        }

        lock (Gate)
        {
            SimulatedGuestShells.RequireUp(guest.Vm);
        }
    }

    private GuestUser RequireRoot() => user.IsRoot || user.IsSudoer
        ? guest.Root
        : throw new GpuVSphereException("GuestNotRoot", GpuErrorCategory.PermissionDenied, $"{user.Name} may not be root in {guest.Vm.Name}: {user.Name} is not in the sudoers file.", guest.Vm.Name, "Give the login of a user who may use sudo with -GuestCredential.");

    private T OnFiles<T>(string path, CancellationToken cancellationToken, Func<string, GuestUser, T> work)
    {
        Require(cancellationToken);
        try
        {
            lock (Gate)
            {
                return Family == GuestFamily.Windows ? work(WindowsCommand.PathOf(path), user) : work(path, RequireRoot());
            }
        }
        catch (ShError error)
        {
            throw new GpuVSphereException("GuestFileFailed", GpuErrorCategory.OperationFailed, $"{path} in {guest.Vm.Name}: {error.Message}.", guest.Vm.Name, "Check the path in the guest.");
        }
    }
}

using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>The guest operations of one VM with one login: what VMware Tools do in it, by the calls of vim25. It holds nothing open.</summary>
public sealed class GuestClient
{
    private readonly VimSession _session;
    private readonly ManagedObjectReference _vm;
    private readonly VimCredential _login;
    private readonly ManagedObjectReference _processes;
    private readonly ManagedObjectReference _files;
    private byte[]? _certificate;
    private bool _hasCertificate;

    private GuestClient(VimSession session, ManagedObjectReference vm, VimCredential login, ManagedObjectReference processes, ManagedObjectReference files)
    {
        _session = session;
        _vm = vm;
        _login = login;
        _processes = processes;
        _files = files;
    }

    /// <summary>Finds the managers of guest operations. The login is checked with the first call.</summary>
    /// <param name="session">The session; every call is made as its user, who needs the privileges of VirtualMachine.GuestOperations.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="login">The guest's login; it stays the caller's to dispose.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">GuestOperationsUnavailable: the server has none.</exception>
    public static async Task<GuestClient> OpenAsync(VimSession session, ManagedObjectReference vm, VimCredential login, CancellationToken cancellationToken)
    {
        ManagedObjectReference manager = session.Content["guestOperationsManager"];
        ManagedObjectReference processes = default;
        ManagedObjectReference files = default;
        if (!manager.IsEmpty)
        {
            await session.RetrieveAsync(
                [PropertyQuery.Of([manager], "processManager", "fileManager")],
                _ => new DelegateObjectReader((path, value) =>
                {
                    if (path == "processManager")
                    {
                        processes = value.Reference();
                    }
                    else
                    {
                        files = value.Reference();
                    }
                }),
                cancellationToken).ConfigureAwait(false);
        }

        return processes.IsEmpty || files.IsEmpty
            ? throw new GpuVSphereException("GuestOperationsUnavailable", GpuErrorCategory.NotSupported, $"{session.ServerName} has no guest operations.", session.ServerName, "Go by SSH with -Ssh.")
            : new GuestClient(session, vm, login, processes, files);
    }

    /// <summary>Starts a program. On Linux a shell reads the arguments.</summary>
    /// <returns>Its process id.</returns>
    /// <exception cref="VimFaultException">InvalidGuestLogin, GuestOperationsUnavailable, GuestPermissionDenied, FileNotFound, InvalidPowerState and others.</exception>
    public Task<long> StartProgramAsync(string program, string arguments, string? workingDirectory, CancellationToken cancellationToken) => CallAsync(
        _processes,
        "StartProgramInGuest",
        writer => writer.Element("spec", spec => spec.Element("programPath", program).Element("arguments", arguments).Element("workingDirectory", workingDirectory)),
        reader => reader.Int64(),
        cancellationToken);

    /// <summary>Reads processes; those that ended within the last five minutes are among them when guest operations started them.</summary>
    /// <exception cref="VimFaultException">As for starting.</exception>
    public async Task<IReadOnlyList<GuestProcessState>> ListProcessesAsync(IReadOnlyList<long> pids, CancellationToken cancellationToken)
    {
        return await _session.CallSecretListAsync(
            _processes,
            "ListProcessesInGuest",
            writer =>
            {
                WriteLogin(writer);
                foreach (long pid in pids)
                {
                    writer.Element("pids", pid);
                }
            },
            ReadProcess,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a process; not its children.</summary>
    /// <exception cref="VimFaultException">GuestProcessNotFound, and those of starting.</exception>
    public Task TerminateProcessAsync(long pid, CancellationToken cancellationToken) =>
        CallAsync(_processes, "TerminateProcessInGuest", writer => writer.Element("pid", pid), _ => true, cancellationToken);

    /// <summary>Reads environment variables of the login, as <c>NAME=value</c>.</summary>
    /// <exception cref="VimFaultException">As for starting.</exception>
    public Task<IReadOnlyList<string>> ReadEnvironmentAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) => _session.CallSecretListAsync(
        _processes,
        "ReadEnvironmentVariableInGuest",
        writer =>
        {
            WriteLogin(writer);
            writer.Elements("names", names);
        },
        reader => reader.String(),
        cancellationToken);

    /// <summary>Makes a folder.</summary>
    /// <exception cref="VimFaultException">FileAlreadyExists, GuestPermissionDenied, and those of starting.</exception>
    public Task MakeDirectoryAsync(string path, CancellationToken cancellationToken) =>
        CallAsync(_files, "MakeDirectoryInGuest", writer => writer.Element("directoryPath", path).Element("createParentDirectories", false), _ => true, cancellationToken);

    /// <summary>Makes a new folder for temporary files, where the guest has such.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="VimFaultException">As for starting.</exception>
    public Task<string> CreateTemporaryDirectoryAsync(string prefix, CancellationToken cancellationToken) =>
        CallAsync(_files, "CreateTemporaryDirectoryInGuest", writer => writer.Element("prefix", prefix).Element("suffix", string.Empty), reader => reader.String(), cancellationToken);

    /// <summary>Removes a file.</summary>
    /// <exception cref="VimFaultException">FileNotFound, GuestPermissionDenied, and those of starting.</exception>
    public Task DeleteFileAsync(string path, CancellationToken cancellationToken) =>
        CallAsync(_files, "DeleteFileInGuest", writer => writer.Element("filePath", path), _ => true, cancellationToken);

    /// <summary>Removes a folder with all that is in it.</summary>
    /// <exception cref="VimFaultException">FileNotFound, GuestPermissionDenied, and those of starting.</exception>
    public Task DeleteDirectoryAsync(string path, CancellationToken cancellationToken) =>
        CallAsync(_files, "DeleteDirectoryInGuest", writer => writer.Element("directoryPath", path).Element("recursive", true), _ => true, cancellationToken);

    /// <summary>Moves a file, over one that is there.</summary>
    /// <exception cref="VimFaultException">As for starting.</exception>
    public Task MoveFileAsync(string from, string to, CancellationToken cancellationToken) =>
        CallAsync(_files, "MoveFileInGuest", writer => writer.Element("srcFilePath", from).Element("dstFilePath", to).Element("overwrite", true), _ => true, cancellationToken);

    /// <summary>Sets the permissions of a file of a Linux guest.</summary>
    /// <exception cref="VimFaultException">As for starting.</exception>
    public Task ChangePermissionsAsync(string path, int permissions, CancellationToken cancellationToken) => CallAsync(
        _files, "ChangeFileAttributesInGuest", writer => writer.Element("guestFilePath", path).Element("fileAttributes", attributes => attributes.Element("permissions", (long)permissions), "GuestPosixFileAttributes"), _ => true, cancellationToken);

    /// <summary>Writes a file from here.</summary>
    /// <param name="path">Its path in the guest.</param>
    /// <param name="permissions">Its mode in a Linux guest, such as 0x180 for 0600; null for Windows.</param>
    /// <param name="content">What to write, from its present position.</param>
    /// <param name="length">How many bytes that are.</param>
    /// <param name="cancellationToken">Ends the transfer; a part may then be there.</param>
    /// <exception cref="VimFaultException">As for starting.</exception>
    /// <exception cref="GpuVSphereException">GuestTransferUntrusted, GuestTransferFailed.</exception>
    public async Task UploadAsync(string path, int? permissions, Stream content, long length, CancellationToken cancellationToken)
    {
        string url = await CallAsync(
            _files,
            "InitiateFileTransferToGuest",
            writer => writer
                .Element("guestFilePath", path)
                .Element("fileAttributes", attributes => attributes.Element("permissions", (long?)permissions), permissions is null ? "GuestFileAttributes" : "GuestPosixFileAttributes")
                .Element("fileSize", length)
                .Element("overwrite", true),
            reader => reader.String(),
            cancellationToken).ConfigureAwait(false);
        await Files.WriteAsync(GuestFileUrl.Parse(url, await CertificateAsync(cancellationToken).ConfigureAwait(false)), content, length, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a file of the guest.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="limit">How many bytes at most.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    /// <exception cref="VimFaultException">FileNotFound, and those of starting.</exception>
    /// <exception cref="GpuVSphereException">ShellOutputTooLong: it is longer. GuestTransferUntrusted, GuestTransferFailed.</exception>
    public async Task<byte[]> DownloadAsync(string path, long limit, CancellationToken cancellationToken)
    {
        (string url, long size) = await CallAsync(
            _files,
            "InitiateFileTransferFromGuest",
            writer => writer.Element("guestFilePath", path),
            ReadTransfer,
            cancellationToken).ConfigureAwait(false);
        if (size > limit)
        {
            throw new GpuVSphereException("ShellOutputTooLong", GpuErrorCategory.InvalidData, $"{path} in the guest has {size:N0} bytes, more than anybody could want.", path, "Look into the guest.");
        }

        if (size == 0)
        {
            return [];
        }

        using Stream content = await Files.OpenReadAsync(GuestFileUrl.Parse(url, await CertificateAsync(cancellationToken).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
        using MemoryStream bytes = new();
        await content.CopyToAsync(bytes, 81920, cancellationToken).ConfigureAwait(false);
        return bytes.ToArray();
    }

    private IGuestFileTransport Files => _session.Server.GuestFiles ?? throw new GpuVSphereException(
        "GuestTransferFailed", GpuErrorCategory.NotSupported, $"There is no way for files of guests by {_session.ServerName}.", _session.ServerName, "Go by SSH with -Ssh.");

    private Task<T> CallAsync<T>(ManagedObjectReference manager, string method, Action<VimWriter> arguments, Func<VimReader, T> read, CancellationToken cancellationToken) => _session.CallSecretAsync(
        manager,
        method,
        writer =>
        {
            WriteLogin(writer);
            arguments(writer);
        },
        read,
        cancellationToken);

    // Every call carries the login: it is written without a text of it, and the request is wiped behind it.
    private void WriteLogin(VimWriter writer) => writer
        .Element("vm", _vm)
        .Element(
            "auth",
            auth =>
            {
                auth.Element("interactiveSession", false).Element("username", _login.UserName);
                _login.Use(password => auth.Secret("password", password));
            },
            "NamePasswordAuthentication");

    // The certificate of the host that the VM runs on, as vCenter has it; a VM that moves shows its new host's with the next client.
    private async Task<byte[]?> CertificateAsync(CancellationToken cancellationToken)
    {
        if (_hasCertificate)
        {
            return _certificate;
        }

        ManagedObjectReference host = default;
        await _session.RetrieveAsync([PropertyQuery.Of([_vm], "runtime.host")], _ => new DelegateObjectReader((_, value) => host = value.Reference()), cancellationToken).ConfigureAwait(false);
        if (!host.IsEmpty)
        {
            List<byte> bytes = [];
            await _session.RetrieveAsync(
                [PropertyQuery.Of([host], "config.certificate")],
                _ => new DelegateObjectReader((_, value) =>
                {
                    VimReader list = value.Object();
                    while (list.NextChild())
                    {
                        bytes.Add(list.Byte());
                    }
                }),
                cancellationToken).ConfigureAwait(false);
            _certificate = bytes.Count > 0 ? [.. bytes] : null;
        }

        _hasCertificate = true;
        return _certificate;
    }

    private static (string Url, long Size) ReadTransfer(VimReader reader)
    {
        string url = string.Empty;
        long size = 0;
        while (reader.NextChild())
        {
            switch (reader.Name)
            {
                case "size": size = reader.Int64(); break;
                case "url": url = reader.String(); break;
            }
        }

        return (url, size);
    }

    private static GuestProcessState ReadProcess(VimReader reader)
    {
        long pid = 0;
        string name = string.Empty, owner = string.Empty;
        int? exitCode = null;
        bool hasEnded = false;
        while (reader.NextChild())
        {
            switch (reader.Name)
            {
                case "pid": pid = reader.Int64(); break;
                case "name": name = reader.String(); break;
                case "owner": owner = reader.String(); break;
                case "exitCode": exitCode = reader.Int32(); break;
                case "endTime": hasEnded = reader.String().Length > 0; break;
            }
        }

        return new GuestProcessState(pid, name, owner, exitCode, hasEnded || exitCode is not null);
    }
}

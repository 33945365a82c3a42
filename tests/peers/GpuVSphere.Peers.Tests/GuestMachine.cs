using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using GpuVSphere.Shell;

namespace GpuVSphere.Peers.Tests;

/// <summary>
/// A Linux guest that OpenSSH's server leads into: this machine's own /bin/sh and programs in a root, with processes and a name of its own, so that nothing of
/// this machine can be changed from within. What belongs to GPUs there are small programs with state of their own (programs/guest).
/// </summary>
internal sealed class GuestMachine : IDisposable
{
    /// <summary>The password of the guest's users <c>admin</c>, who may use sudo with it, and <c>guest</c>, who may not use sudo.</summary>
    public const string Password = "gue5t pa$$'\"w\\ord";

    private static readonly string[] s_needed = ["unshare", "chroot", "mount", "setpriv", "perl", "ps", "pgrep", "awk", "dpkg-deb", "apt-get", "bash", "setsid", "openssl", "findmnt", "getent"];
    private static readonly Lazy<string?> s_missing = new(FindMissing);

    private readonly Process _process;
    private readonly List<string> _log = [];

    private GuestMachine(string folder, string name, int port, Process process)
    {
        Folder = folder;
        Name = name;
        Port = port;
        _process = process;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The folder on this machine with its keys.</summary>
    public string Folder { get; }

    /// <summary>The guest's own name.</summary>
    public string Name { get; }

    /// <summary>Where its sshd listens on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>What this machine lacks for such guests; null when nothing.</summary>
    public static string? Missing => s_missing.Value;

    /// <summary>What its sshd has written so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log);
            }
        }
    }

    // The guest's first process, as this machine sees it; its root is reached through it.
    private string Root => $"/proc/{Inside().ToString(CultureInfo.InvariantCulture)}/root";

    /// <summary>Starts a guest, and waits until its sshd listens; skips the test when this machine cannot.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="prepare">A script that is run in it first, as root; null for none.</param>
    public static GuestMachine Start(string name, string? prepare = null)
    {
        Skip.If(Missing is not null, Missing);
        string folder = Directory.CreateTempSubdirectory("gpuvsphere-guest").FullName;
        try
        {
            int port = FreePort();
            MakeKey(folder, "host");
            MakeKey(folder, "user");

            Directory.CreateDirectory(Path.Combine(folder, "root"));
            Directory.CreateDirectory(Path.Combine(folder, "mounts"));
            File.WriteAllText(Path.Combine(folder, "port"), port.ToString(CultureInfo.InvariantCulture));
            File.WriteAllText(Path.Combine(folder, "hash"), PeerRun.Of("openssl", "openssl", ["passwd", "-6", Password], null, TimeSpan.FromMinutes(1)).Succeeded().Trim());
            if (prepare is not null)
            {
                File.WriteAllText(Path.Combine(folder, "prepare"), "set -e\n" + prepare + "\n");
            }

            GuestMachine machine = new(folder, name, port, Process.Start(Command(folder, name))!);
            try
            {
                machine.WaitUntilItListens();
                machine.Knows("host");
                return machine;
            }
            catch
            {
                machine.Dispose();
                throw;
            }
        }
        catch when (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>The clients know this key of the guest, <c>host</c> or one that is made now; null for none.</summary>
    public void Knows(string? key)
    {
        if (key is not null && !File.Exists(Path.Combine(Folder, key)))
        {
            MakeKey(Folder, key);
        }

        File.WriteAllText(Path.Combine(Folder, "known_hosts"), key is null ? string.Empty : $"[127.0.0.1]:{Port} {File.ReadAllText(Path.Combine(Folder, key + ".pub"))}");
    }

    /// <summary>The fingerprint of a key, as ssh-keygen shows it.</summary>
    public string Fingerprint(string key) =>
        PeerRun.Of("ssh-keygen", "ssh-keygen", ["-lf", Path.Combine(Folder, key + ".pub")], null, TimeSpan.FromMinutes(1)).Succeeded().Split(' ')[1];

    /// <summary>What an OpenSSH client's configuration has for this guest.</summary>
    /// <param name="address">The address that vSphere tells.</param>
    /// <param name="user">The login.</param>
    public string Configuration(string address, string user) => string.Join(
        '\n',
        $"Host {address}",
        "  HostName 127.0.0.1",
        $"  Port {Port.ToString(CultureInfo.InvariantCulture)}",
        $"  User {user}",
        $"  IdentityFile {Folder}/user",
        "  IdentitiesOnly yes",
        $"  UserKnownHostsFile {Folder}/known_hosts",
        "  GlobalKnownHostsFile /dev/null",
        string.Empty);

    /// <summary>A file of the guest as text; null when there is none.</summary>
    public string? Read(string path) => File.Exists(Root + path) ? File.ReadAllText(Root + path) : null;

    /// <summary>A file of the guest.</summary>
    public byte[] ReadBytes(string path) => File.ReadAllBytes(Root + path);

    /// <summary>Puts a file into the guest.</summary>
    public void Write(string path, string text) => File.WriteAllText(Root + path, text);

    /// <summary>Tells the stand-ins that something is so, such as <c>no-device</c>.</summary>
    public void Order(string what) => Write("/run/orders/" + what, string.Empty);

    /// <summary>Takes an order back.</summary>
    public void Revoke(string what) => File.Delete(Root + "/run/orders/" + what);

    /// <summary>Removes a folder.</summary>
    public void DeleteFolder(string path) => Directory.Delete(Root + path, recursive: true);

    /// <summary>Removes a file.</summary>
    public void Delete(string path) => File.Delete(Root + path);

    /// <summary>What is in folders for temporary files, and what an unfinished change of a file leaves beside it.</summary>
    public IReadOnlyList<string> Leftovers() =>
    [
        .. new[] { "/tmp", "/var/tmp" }.SelectMany(folder => Directory.GetFileSystemEntries(Root + folder)),
        .. new[] { "/etc", "/var", "/root", "/home", "/opt", "/usr/local" }.SelectMany(folder => Files(folder).Where(file => Path.GetFileName(file).StartsWith(".gpuvsphere", StringComparison.Ordinal))),
    ];

    /// <summary>The files of the guest that hold a text, those of <c>/proc</c>, <c>/dev</c> and what is lent left out; what all stand-ins saw of processes among them.</summary>
    public IReadOnlyList<string> Holding(string text)
    {
        byte[] wanted = System.Text.Encoding.UTF8.GetBytes(text);
        return
        [
            .. new[] { "/etc", "/var", "/tmp", "/root", "/home", "/opt", "/run", "/usr/local" }.SelectMany(Files)
                .Where(file => new FileInfo(file) is { LinkTarget: null } && File.ReadAllBytes(file).AsSpan().IndexOf(wanted) >= 0)
                .Select(file => file[Root.Length..]),
        ];
    }

    /// <summary>The words of the processes that run in the guest.</summary>
    public IReadOnlyList<string> Processes()
    {
        string world = Namespace(Inside());
        return
        [
            .. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
                .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
                .Where(pid => Namespace(pid) == world)
                .Select(pid => Words(pid)),
        ];
    }

    /// <summary>Ends the guest's side of every connection, as a network that goes away does.</summary>
    public void Hangup()
    {
        string world = Namespace(Inside());
        foreach (string name in Directory.GetDirectories("/proc").Select(folder => Path.GetFileName(folder)!).Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _)))
        {
            int pid = int.Parse(name, CultureInfo.InvariantCulture);
            if (Namespace(pid) == world && Words(pid).StartsWith("sshd: ", StringComparison.Ordinal) && pid != Inside())
            {
                try
                {
                    using Process session = Process.GetProcessById(pid);
                    session.Kill();
                }
                catch (ArgumentException)
                {
                    // It ended by itself.
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.WaitForExit(10000);
        _process.Dispose();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static ProcessStartInfo Command(string folder, string name)
    {
        string programs = Path.Combine(AppContext.BaseDirectory, "programs", "guest");
        return new ProcessStartInfo(
            "unshare",
            ["--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "/bin/sh", Path.Combine(programs, "machine"), folder, programs, name, Peer.Sshd.Path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
    }

    private static string? FindMissing()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "a guest of its own takes Linux";
        }

        if (Environment.UserName != "root")
        {
            return "a guest of its own takes root: it is a root folder with mounts of its own";
        }

        if ((Peer.Sshd.Missing ?? Peer.Ssh.Missing) is { } sshd)
        {
            return sshd;
        }

        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':'), "/usr/sbin", "/sbin"];
        string[] missing = [.. s_needed.Where(program => !folders.Any(folder => File.Exists(Path.Combine(folder, program))))];
        if (missing.Length > 0)
        {
            return $"a guest of its own takes {string.Join(", ", missing)}, which this machine lacks";
        }

        PeerRun tried = PeerRun.Of(
            "unshare",
            "unshare",
            [
                "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "/bin/sh", "-c",
                "mount --make-rprivate / && mount -t tmpfs t /mnt && mkdir /mnt/u /mnt/w /mnt/r && mount -t overlay -o lowerdir=/usr,upperdir=/mnt/u,workdir=/mnt/w o /mnt/r && mount -t proc p /proc",
            ],
            null,
            TimeSpan.FromMinutes(1));
        return tried.ExitCode == 0 ? null : $"a guest of its own takes namespaces and an overlay, which this machine does not give: {tried.Error.Trim()}";
    }

    private static void MakeKey(string folder, string key) =>
        PeerRun.Of("ssh-keygen", "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", Path.Combine(folder, key)], null, TimeSpan.FromMinutes(1)).Succeeded();

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static string Namespace(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/ns/pid").LinkTarget ?? string.Empty;
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    private static string Words(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/cmdline").Replace('\0', ' ').Trim();
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    private IEnumerable<string> Files(string folder) => Directory.Exists(Root + folder)
        ? Directory.EnumerateFiles(Root + folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true })
        : [];

    private int Inside()
    {
        string children = $"/proc/{_process.Id.ToString(CultureInfo.InvariantCulture)}/task/{_process.Id.ToString(CultureInfo.InvariantCulture)}/children";
        return int.Parse(File.ReadAllText(children).Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private void WaitUntilItListens()
    {
        for (Stopwatch waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(2); Thread.Sleep(20))
        {
            if (_process.HasExited)
            {
                _process.WaitForExit();
                throw new InvalidOperationException($"the guest ended with {_process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {Log}");
            }

            using TcpClient client = new();
            try
            {
                client.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }

        throw new TimeoutException("the guest's sshd does not listen: " + Log);
    }

    private void Note(string? line)
    {
        if (line is not null)
        {
            lock (_log)
            {
                _log.Add(line);
            }
        }
    }
}

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security;
using System.Threading;
using GpuVSphere.Shell;

namespace GpuVSphere.Peers.Tests;

/// <summary>
/// OpenSSH's server on a free port of 127.0.0.1, with keys, known hosts and configuration of its own in a temporary folder. It lets in the
/// user who runs the tests, and runs every command with a folder of its own before the others on PATH. As root it runs in a mount
/// namespace of its own with its own /etc/shadow, so that there can be a password without touching the machine's accounts.
/// </summary>
internal sealed class SshServer : IDisposable
{
    /// <summary>What the clients' configuration calls it.</summary>
    public const string Name = "esx-peer";

    /// <summary>The password of the user, where <see cref="TakesPassword"/>.</summary>
    public const string Password = "s3cret pa$$'\"w\\ord";

    private readonly Process _process;
    private readonly List<string> _log = [];

    private SshServer(string folder, Process process, int port, bool takesPassword)
    {
        Folder = folder;
        _process = process;
        Port = port;
        TakesPassword = takesPassword;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where its files are.</summary>
    public string Folder { get; }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Whether the user can log in with <see cref="Password"/>.</summary>
    public bool TakesPassword { get; }

    /// <summary>What it has written so far.</summary>
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

    private static string User => Environment.UserName;

    private static bool IsRoot => User == "root";

    /// <summary>Starts it and waits until it listens; skips the test when this machine cannot.</summary>
    public static SshServer Start()
    {
        Peer.Sshd.Require();
        Peer.Ssh.Require();
        string folder = Directory.CreateTempSubdirectory("gpuvsphere-sshd").FullName;
        try
        {
            foreach (string key in new[] { "host", "other_host", "user", "other_user" })
            {
                PeerRun.Of("ssh-keygen", "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", Path.Combine(folder, key)], null, TimeSpan.FromMinutes(3)).Succeeded();
            }

            Directory.CreateDirectory(Path.Combine(folder, "bin"));
            Script(Path.Combine(folder, "run"), $"PATH='{folder}/bin':$PATH exec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"");
            File.Copy(Path.Combine(folder, "user.pub"), Path.Combine(folder, "authorized_keys"));
            bool takesPassword = IsRoot && TryMakeShadow(folder);
            for (int attempt = 1; ; attempt++)
            {
                int port = FreePort();
                File.WriteAllLines(
                    Path.Combine(folder, "sshd_config"),
                    [
                        "ListenAddress 127.0.0.1",
                        $"Port {port}",
                        $"HostKey {folder}/host",
                        $"AuthorizedKeysFile {folder}/authorized_keys",
                        "PidFile none",
                        "StrictModes no",
                        "UsePAM no",
                        "PermitRootLogin yes",
                        "PasswordAuthentication " + (takesPassword ? "yes" : "no"),
                        "KbdInteractiveAuthentication no",
                        "AllowTcpForwarding yes",
                        "LogLevel VERBOSE",
                        $"ForceCommand {folder}/run",
                    ]);
                SshServer server = new(folder, Process.Start(Command(folder, takesPassword))!, port, takesPassword);
                if (server.WaitUntilItListens(mayBeTaken: attempt < 5))
                {
                    server.Knows("host");
                    return server;
                }

                server._process.Dispose();
            }
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Puts a program before those of the machine.</summary>
    public void Put(string program, string body) => Script(Path.Combine(Folder, "bin", program), body);

    /// <summary>The clients know this key of the host; null for none.</summary>
    public void Knows(string? key) => File.WriteAllText(
        Path.Combine(Folder, "known_hosts"), key is null ? string.Empty : $"[127.0.0.1]:{Port} {File.ReadAllText(Path.Combine(Folder, key + ".pub"))}");

    /// <summary>The fingerprint of a key, as ssh-keygen shows it.</summary>
    public string Fingerprint(string key) =>
        PeerRun.Of("ssh-keygen", "ssh-keygen", ["-lf", Path.Combine(Folder, key + ".pub")], null, TimeSpan.FromSeconds(30)).Succeeded().Split(' ')[1];

    /// <summary>The shells of hosts as the module opens them, with a configuration that leads here.</summary>
    /// <param name="key">The user's key.</param>
    /// <param name="port">Another port than the server's, or null.</param>
    /// <param name="jump">Whether the way goes over a jump host, which is this server too.</param>
    /// <param name="password">A password, or null for keys.</param>
    public OpenSshHostShells Shells(string key = "user", int? port = null, bool jump = false, string? password = null) => new(Options(key, port, jump, password));

    /// <summary>The guests as the module opens them, the same way.</summary>
    public OpenSshGuestShells Guests(string key = "user", string? password = null, int? port = null) => new(Options(key, port, false, password));

    private OpenSshOptions Options(string key, int? port, bool jump, string? password)
    {
        string config = Path.Combine(Folder, "config-" + Guid.NewGuid().ToString("N"));
        File.WriteAllLines(
            config,
            [
                $"Host {Name} jump-peer",
                "  HostName 127.0.0.1",
                $"  Port {port ?? Port}",
                $"  User {User}",
                $"  IdentityFile {Folder}/{key}",
                "  IdentitiesOnly yes",
                $"  UserKnownHostsFile {Folder}/known_hosts",
                "  GlobalKnownHostsFile /dev/null",
                .. jump ? (string[])[$"Host {Name}", "  ProxyJump jump-peer"] : [],
            ]);
        return new OpenSshOptions
        {
            Program = Peer.Ssh.Path,
            ConfigFile = config,
            Credential = password is null ? null : Login(password),

            // A busy machine takes its time to start two servers for one connection; how long is not what is tested.
            ConnectTimeout = TimeSpan.FromMinutes(2),
        };
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
        Directory.Delete(Folder, recursive: true);
    }

    private static ProcessStartInfo Command(string folder, bool isPrivate)
    {
        string[] sshd = [Peer.Sshd.Path, "-D", "-e", "-f", $"{folder}/sshd_config"];
        if (IsRoot && !isPrivate)
        {
            Skip.If(!Directory.Exists("/run/sshd"), "as root, sshd needs /run/sshd or a mount namespace of its own (unshare -m), and this machine has neither");
        }

        return isPrivate
            ? Redirected("unshare", ["-m", "/bin/sh", "-c", $"mount -t tmpfs tmpfs /run && mkdir -p /run/sshd && mount --bind '{folder}/shadow' /etc/shadow && exec {string.Join(' ', sshd)}"])
            : Redirected(sshd[0], sshd[1..]);
    }

    private static ProcessStartInfo Redirected(string program, IEnumerable<string> arguments) => new(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    };

    private static bool TryMakeShadow(string folder)
    {
        try
        {
            string hash = PeerRun.Of("openssl", "openssl", ["passwd", "-6", Password], null, TimeSpan.FromSeconds(30)).Succeeded().Trim();
            File.WriteAllText(Path.Combine(folder, "shadow"), $"{User}:{hash}:20000:0:99999:7:::\n");
            return PeerRun.Of("unshare", "unshare", ["-m", "/bin/sh", "-c", $"mount -t tmpfs tmpfs /run && mount --bind '{folder}/shadow' /etc/shadow"], null, TimeSpan.FromSeconds(30)).ExitCode == 0;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or TimeoutException or Xunit.Sdk.XunitException)
        {
            return false;
        }
    }

    private static ShellCredential Login(string password)
    {
        using SecureString secret = new();
        foreach (char c in password)
        {
            secret.AppendChar(c);
        }

        return new ShellCredential(User, secret);
    }

    private static void Script(string path, string body)
    {
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    // False when somebody else took the port between the choice and the start.
    private bool WaitUntilItListens(bool mayBeTaken)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(3); Thread.Sleep(50))
        {
            // Its own word, for whoever answers at the port need not be this one.
            if (Log.Contains($"Server listening on 127.0.0.1 port {Port.ToString(CultureInfo.InvariantCulture)}.", StringComparison.Ordinal))
            {
                return true;
            }

            if (_process.HasExited)
            {
                // With what it wrote last.
                _process.WaitForExit();
                return mayBeTaken && Log.Contains("Address already in use", StringComparison.Ordinal)
                    ? false
                    : throw new InvalidOperationException($"sshd ended with {_process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {Log}");
            }
        }

        throw new TimeoutException("sshd does not listen: " + Log);
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

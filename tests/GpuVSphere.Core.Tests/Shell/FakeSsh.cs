using System;
using System.IO;
using System.Security;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Shell;

/// <summary>A shell script in the place of the OpenSSH client, which writes down how it was called.</summary>
internal sealed class FakeSsh : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpuvsphere-ssh").FullName;

    /// <summary>Makes the script.</summary>
    /// <param name="body">What it does when it is to connect; $FOLDER is a place for files.</param>
    /// <param name="banner">What it says of itself.</param>
    /// <param name="configuration">What <c>-G</c> prints.</param>
    public FakeSsh(string body, string banner = "OpenSSH_9.2p1 Debian-2, OpenSSL 3.0.11 19 Sep 2023", string configuration = "hostname esx01\nproxyjump none")
    {
        Program = Path.Combine(_folder, "ssh");
        Write(
            "#!/bin/sh\nFOLDER='" + _folder + "'\nif [ \"$1\" = -V ]; then echo '" + banner + "' >&2; exit 0; fi\n"
            + "if [ \"$1\" = -G ]; then printf '%s\\n' '" + configuration + "'; exit 0; fi\n"
            + "printf '%s\\n' \"$@\" >> \"$FOLDER/arguments\"; env >> \"$FOLDER/environment\"\n" + body + "\n");
    }

    public static HostShellAddress Host { get; } = new(new VimObjectId("uuid", new ManagedObjectReference("HostSystem", "host-1")), "esx01");

    public string Program { get; }

    public string Arguments => Read("arguments");

    public string Environment => Read("environment");

    public static ShellCredential Login(string user, string password)
    {
        using SecureString secret = new();
        foreach (char c in password)
        {
            secret.AppendChar(c);
        }

        return new ShellCredential(user, secret);
    }

    public OpenSshHostShells Shells(ShellCredential? credential = null, int outputLimit = 1_000_000) =>
        new(new OpenSshOptions { Program = Program, Credential = credential, OutputLimit = outputLimit });

    public string Read(string file) => File.Exists(Path.Combine(_folder, file)) ? File.ReadAllText(Path.Combine(_folder, file)) : string.Empty;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Written by another process: while this one has it open, a program that another test starts would inherit that, and what is open for writing cannot be run.
    private void Write(string script)
    {
        System.Diagnostics.ProcessStartInfo start = new("/bin/sh", ["-c", "cat > \"$0\" && chmod 700 \"$0\"", Program]) { RedirectStandardInput = true };
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        process.WaitForExit();
    }
}

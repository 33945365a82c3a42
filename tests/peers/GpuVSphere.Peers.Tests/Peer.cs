using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace GpuVSphere.Peers.Tests;

/// <summary>A program that nobody here wrote, if this machine has it.</summary>
internal sealed class Peer
{
    private readonly string _name;
    private readonly string? _path;

    private Peer(string name, string? path, string advice)
    {
        _name = name;
        _path = path;
        Missing = path is null ? $"{name} is not on this machine; {advice}" : null;
    }

    /// <summary>govmomi's vCenter simulator: PATH, or GPUVSPHERE_VCSIM.</summary>
    public static Peer Vcsim { get; } = Program("vcsim", "GPUVSPHERE_VCSIM", "../shared/peers/build-vcsim.sh WORKDIR OUTDIR builds it; put it on PATH or name it in GPUVSPHERE_VCSIM");

    /// <summary>govmomi's command line: PATH, or GPUVSPHERE_GOVC.</summary>
    public static Peer Govc { get; } = Program("govc", "GPUVSPHERE_GOVC", "../shared/peers/build-vcsim.sh WORKDIR OUTDIR builds it; put it on PATH or name it in GPUVSPHERE_GOVC");

    /// <summary>OpenSSH's server: PATH, /usr/sbin, or GPUVSPHERE_SSHD.</summary>
    public static Peer Sshd { get; } = Program("sshd", "GPUVSPHERE_SSHD", "apt-get install openssh-server (it need not run)");

    /// <summary>OpenSSH's client.</summary>
    public static Peer Ssh { get; } = Program("ssh", "GPUVSPHERE_SSH", "apt-get install openssh-client");

    /// <summary>curl.</summary>
    public static Peer Curl { get; } = Program("curl", "GPUVSPHERE_CURL", "apt-get install curl");

    /// <summary>PowerShell 7.</summary>
    public static Peer Pwsh { get; } = Program("pwsh", "GPUVSPHERE_PWSH", "install PowerShell 7");

    /// <summary>dnf, for guests of the family of Red Hat, with what makes packages and repositories.</summary>
    public static Peer Dnf { get; } = Programs("dnf", ["dnf-3", "rpm", "rpmbuild", "createrepo_c"], "apt-get install rpm dnf createrepo-c");

    /// <summary>busybox, for guests that have nothing else.</summary>
    public static Peer Busybox { get; } = Program("busybox", "GPUVSPHERE_BUSYBOX", "apt-get install busybox");

    /// <summary>sudo, for guests whose sudo is no stand-in.</summary>
    public static Peer Sudo { get; } = Program("sudo", "GPUVSPHERE_SUDO", "apt-get install sudo");

    /// <summary>A Python that has pyVmomi.</summary>
    public static Peer Pyvmomi { get; } = Library("pyvmomi", "python3", ["-c", "import pyVmomi"], "apt-get install python3-pyvmomi");

    /// <summary>A Ruby that has rbvmomi.</summary>
    public static Peer Rbvmomi { get; } = Library("rbvmomi", "ruby", ["-e", "require 'rbvmomi'"], "apt-get install ruby-rbvmomi");

    /// <summary>gpu_inventory.py, which gives GPUs to an inventory that vcsim saved.</summary>
    public static Peer GpuInventory { get; } = new("gpu_inventory.py", SharedFile("peers/gpu_inventory.py"), "it lies in shared/peers beside the repository");

    /// <summary>What is missing and how to get it; null when it is there.</summary>
    public string? Missing { get; }

    /// <summary>The program, or the interpreter that has the library.</summary>
    public string Path => _path ?? throw new InvalidOperationException(Missing);

    /// <summary>Skips the running test when the peer is not there.</summary>
    public void Require() => Xunit.Skip.If(Missing is not null, Missing);

    /// <summary>Runs the peer to its end.</summary>
    public PeerRun Run(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? limit = null) =>
        PeerRun.Of(_name, Path, arguments, environment, limit ?? TimeSpan.FromMinutes(3));

    private static Peer Program(string name, string variable, string advice)
    {
        string? named = Environment.GetEnvironmentVariable(variable);
        return new Peer(name, File.Exists(named) ? named : OnPath(name).FirstOrDefault(), advice);
    }

    private static Peer Programs(string name, string[] programs, string advice)
    {
        string? missing = programs.FirstOrDefault(program => !OnPath(program).Any());
        return new Peer(missing ?? name, missing is null ? OnPath(programs[0]).First() : null, advice);
    }

    // Several Pythons may be on PATH; the one of the system has Debian's packages.
    private static Peer Library(string name, string interpreter, string[] check, string advice) =>
        new(name, OnPath(interpreter).FirstOrDefault(path => Accepts(path, check)), advice);

    private static bool Accepts(string path, string[] check)
    {
        try
        {
            return PeerRun.Of(path, path, check, null, TimeSpan.FromMinutes(2)).ExitCode == 0;
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or TimeoutException)
        {
            return false;
        }
    }

    private static IEnumerable<string> OnPath(string program)
    {
        string[] names = OperatingSystem.IsWindows() ? [program + ".exe"] : [program];
        return ((Environment.GetEnvironmentVariable("PATH") ?? "") + System.IO.Path.PathSeparator + "/usr/sbin").Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => System.IO.Path.Combine(folder, name)))
            .Where(File.Exists);
    }

    private static string? SharedFile(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "GpuVSphere.sln")) && folder.Parent is { } parent)
            {
                string path = System.IO.Path.Combine(parent.FullName, "shared", relative.Replace('/', System.IO.Path.DirectorySeparatorChar));
                return File.Exists(path) ? path : null;
            }
        }

        return null;
    }
}

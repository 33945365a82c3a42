using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.GuestOs;

/// <summary>Packages of a Linux guest.</summary>
internal sealed class GuestPackages(IGuestShell shell, GuestSystem system, string vm)
{
    /// <summary>Which of some packages are installed.</summary>
    public async Task<IReadOnlyList<string>> InstalledAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        // One at a time and lenient: a name that the system does not know is none that is installed.
        string test = system.Packages == GuestPackageManager.Apt ? "dpkg-query -W -f='${Status}' \"$p\" 2>/dev/null | grep -q 'ok installed'" : "rpm -q \"$p\" >/dev/null 2>&1";
        string command = $"for p in {RemoteQuoting.Join(names)}; do {test} && echo \"$p\"; done; true";
        ShellResult result = names.Count == 0 ? new ShellResult(0, string.Empty, string.Empty) : await shell.RunAsync(new GuestCommand(command), cancellationToken).ConfigureAwait(false);
        string[] lines = [.. result.Output.Split('\n').Select(line => line.Trim())];
        return [.. names.Where(lines.Contains)];
    }

    /// <summary>
    /// All packages that are on the disk, installed whole or half, by the names under which <see cref="RemoveAsync"/> takes them: with the architecture where a name
    /// alone would not say which (dpkg-query(1), <c>binary:Package</c>; rpm(8), <c>name.arch</c>). Empty without a package manager that is known.
    /// </summary>
    /// <exception cref="GpuVSphereException">GuestCommandFailed.</exception>
    public async Task<IReadOnlyList<string>> AllAsync(CancellationToken cancellationToken)
    {
        if (system.Packages == GuestPackageManager.None)
        {
            return [];
        }

        string command = system.Packages == GuestPackageManager.Apt ? "dpkg-query -W -f='${binary:Package} ${db:Status-Status}\\n'" : "rpm -qa --qf '%{NAME}.%{ARCH}\\n'";
        string output = await shell.RunCheckedAsync(vm, "The packages could not be listed", new GuestCommand(command), cancellationToken).ConfigureAwait(false);
        return
        [
            .. output.Split('\n')
                .Select(line => line.Trim().Split(' '))
                .Where(words => words[0].Length > 0 && (words.Length < 2 || words[1] is not ("config-files" or "not-installed")) && !words[0].StartsWith("gpg-pubkey", StringComparison.Ordinal))
                .Select(words => words[0])
                .Distinct(),
        ];
    }

    /// <summary>The packages that would go along with some, since they need them; empty when these alone would go. Nothing is changed.</summary>
    /// <exception cref="GpuVSphereException">GuestPackagesUnknown.</exception>
    public async Task<IReadOnlyList<string>> NeedingAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        // apt-get(8), -s: what would be done, as "Purg name [version]"; rpm(8), -e --test: what keeps it from being done, as "x is needed by (installed) y".
        bool isApt = Manager() == GuestPackageManager.Apt;
        string command = (isApt ? "apt-get -s remove --purge " : "rpm -e --test ") + RemoteQuoting.Join(names);
        ShellResult result = await shell.RunAsync(new GuestCommand(command), cancellationToken).ConfigureAwait(false);
        IEnumerable<string[]> lines = (result.Output + "\n" + result.Error).Split('\n').Select(line => line.Trim().Split([' '], StringSplitOptions.RemoveEmptyEntries));
        return
        [
            .. (isApt
                ? lines.Where(words => words.Length > 1 && words[0] is "Purg" or "Remv").Select(words => words[1]).Where(name => !names.Any(one => Bare(one) == Bare(name)))
                : lines.Where(words => words.Length > 3 && words.Contains("needed")).Select(words => words[words.Length - 1]))
            .Distinct(),
        ];

        static string Bare(string name) => name.Split(':')[0];
    }

    /// <summary>
    /// Removes packages with their settings files, and no others: what needs them is to be asked for first. That is how NVIDIA's CUDA Installation Guide for Linux
    /// takes packages away (<c>apt-get --purge remove</c>, <c>dnf remove</c>, <c>zypper remove</c>); dnf would take what nothing needs any more, too (dnf(8),
    /// clean_requirements_on_remove).
    /// </summary>
    /// <exception cref="GpuVSphereException">GuestCommandFailed, GuestPackagesUnknown.</exception>
    public Task RemoveAsync(IReadOnlyList<string> names, Action<string>? output, CancellationToken cancellationToken) =>
        RunAsync($"{string.Join(", ", names)} could not be removed", Manager() switch
        {
            GuestPackageManager.Apt => "DEBIAN_FRONTEND=noninteractive apt-get remove --purge -y ",
            GuestPackageManager.Dnf => "dnf remove -y --setopt=clean_requirements_on_remove=False ",
            GuestPackageManager.Yum => "yum remove -y --setopt=clean_requirements_on_remove=0 ",
            _ => "zypper --non-interactive remove ",
        } + RemoteQuoting.Join(names), output, cancellationToken);

    /// <summary>Reads the lists of the repositories anew. Where the manager does that by itself, nothing is done.</summary>
    /// <exception cref="GpuVSphereException">GuestCommandFailed: the repositories cannot be reached.</exception>
    public Task RefreshAsync(Action<string>? output, CancellationToken cancellationToken) => system.Packages == GuestPackageManager.Apt
        ? RunAsync("The package lists could not be read", "apt-get update", output, cancellationToken)
        : Task.CompletedTask;

    /// <summary>Installs packages, from the repositories by name or from files of the guest by absolute path.</summary>
    /// <param name="names">Names and paths.</param>
    /// <param name="output">Takes the manager's lines; null for nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="GpuVSphereException">GuestCommandFailed; GuestPackagesUnknown: the guest has no package manager that is known.</exception>
    public Task InstallAsync(IReadOnlyList<string> names, Action<string>? output, CancellationToken cancellationToken) =>
        RunAsync($"{string.Join(", ", names)} could not be installed", Manager() switch
        {
            GuestPackageManager.Apt => "DEBIAN_FRONTEND=noninteractive apt-get install -y ",
            GuestPackageManager.Dnf => "dnf install -y ",
            GuestPackageManager.Yum => "yum install -y ",
            _ => "zypper --non-interactive install ",
        } + RemoteQuoting.Join(names), output, cancellationToken);

    /// <summary>Brings every package to its newest version.</summary>
    /// <exception cref="GpuVSphereException">GuestCommandFailed, GuestPackagesUnknown.</exception>
    public Task UpgradeAllAsync(Action<string>? output, CancellationToken cancellationToken) =>
        RunAsync("The packages could not be upgraded", Manager() switch
        {
            // A settings file that an admin has changed is kept; dpkg would ask, and there is nobody to answer.
            GuestPackageManager.Apt => "DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold upgrade -y",
            GuestPackageManager.Dnf => "dnf upgrade -y",
            GuestPackageManager.Yum => "yum update -y",
            _ => "zypper --non-interactive update",
        }, output, cancellationToken);

    private GuestPackageManager Manager() => system.Packages != GuestPackageManager.None
        ? system.Packages
        : throw new GpuVSphereException(
            "GuestPackagesUnknown",
            GpuErrorCategory.NotSupported,
            $"{vm} ({system.DisplayName}) has none of apt-get, dnf, yum and zypper, so no package can be installed.",
            vm,
            "Install what is needed by hand, then run the command again.");

    private Task RunAsync(string what, string command, Action<string>? output, CancellationToken cancellationToken) =>
        shell.RunCheckedAsync(vm, what, new GuestCommand(command) { AsRoot = true, OnOutput = output }, cancellationToken);
}

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>From what a guest has of CUDA to what is wanted. No I/O.</summary>
internal sealed class CudaPlanner
{
    public const string LinkPath = "/usr/local/cuda";

    /// <summary>What it says of a guest, by the ids that -SkipRule takes.</summary>
    public static IReadOnlyCollection<string> Rules { get; } = ["CUDA-DRIVER", "CUDA-COMPILER", "CUDA-PACKAGES", "CUDA-CONTAINER", "CUDA-PATCHES", "CUDA-NEWER"];

    private static readonly CudaVersion s_firstWithoutSamples = new(11, 6, null);

    private readonly PlanTarget _target;
    private readonly CudaGuest _guest;
    private readonly CudaWish _wish;
    private readonly VgpuCatalog _catalog;
    private readonly List<(string, string?, string?)> _rows = [];
    private readonly List<Finding> _findings = [];
    private readonly List<string> _consequences = [];

    private CudaPlanner(PlanTarget target, CudaGuest guest, CudaWish wish, VgpuCatalog catalog) => (_target, _guest, _wish, _catalog) = (target, guest, wish, catalog);

    /// <summary>Plans one guest.</summary>
    public static CudaPlan Plan(PlanTarget target, CudaGuest guest, CudaWish wish, VgpuCatalog catalog) => new CudaPlanner(target, guest, wish, catalog).Plan();

    /// <summary>The folder of a toolkit.</summary>
    public static string FolderOf(CudaVersion version) => LinkPath + "-" + version.MinorText;

    /// <summary>The folder of a toolkit's samples within the one that was asked for, as the run-file makes it.</summary>
    public static string SamplesOf(CudaVersion version, string folder) => $"{folder.TrimEnd('/')}/NVIDIA_CUDA-{version.MinorText}_Samples";

    /// <summary>The package of a toolkit without a driver.</summary>
    public static string PackageOf(CudaVersion version) => string.Format(CultureInfo.InvariantCulture, "cuda-toolkit-{0}-{1}", version.Major, version.Minor);

    /// <summary>Whether the run-file of a toolkit brings samples: those of 11.6 and later are to be had from NVIDIA's GitHub only.</summary>
    public static bool HasSamples(CudaVersion version) => version.CompareTo(s_firstWithoutSamples) < 0;

    /// <summary>Refuses a way that does not exist for a guest's system, before anything is read.</summary>
    /// <exception cref="GpuVSphereException">GuestNotSupported.</exception>
    public static void RequireFitting(string vm, GuestFamily family, CudaWish wish)
    {
        const string UseSetup = "Give NVIDIA's setup for Windows: -Path cuda_<version>_<driver>_windows.exe";
        (string Why, string NextStep)? trouble = (family, wish.Method) switch
        {
            (GuestFamily.Windows, CudaMethod.Container) => ("containers are given the GPU by Docker with NVIDIA's runtime, which is for Linux guests", UseSetup),
            (GuestFamily.Windows, CudaMethod.Package) => ("packages of a repository are the way of Linux guests", UseSetup),
            (GuestFamily.Windows, CudaMethod.RunFile) => ("a run-file is for Linux guests", UseSetup),
            (GuestFamily.Linux, CudaMethod.Setup) => ("this setup is for Windows guests", "Give the run-file: -Path cuda_<version>_<driver>_linux.run; or take -ToolkitVersion."),
            _ => null,
        };
        if (trouble is { } found)
        {
            throw new GpuVSphereException("GuestNotSupported", GpuErrorCategory.NotSupported, $"{vm} runs {family}, and {found.Why}.", vm, found.NextStep);
        }
    }

    private CudaPlan Plan()
    {
        if (_guest.Driver is null)
        {
            Block(
                "CUDA-DRIVER",
                "GuestDriverMissing",
                $"NVIDIA's driver in {_target.Name} does not answer, so that nothing of CUDA would run: {_guest.DriverTrouble?.Message ?? "it is not there."}",
                $"Test-GpuGuest -VM {Typed.Name(_target.Name)} shows what is missing, the GPU or its driver; Install-NvidiaGuestDriver -VM {Typed.Name(_target.Name)} -Path <driver> -AcceptEula brings the driver.");
        }

        return _wish.Method switch
        {
            CudaMethod.Container => Container(),
            CudaMethod.Package => Package(),
            CudaMethod.Setup => Setup(),
            _ => RunFile(),
        };
    }

    private CudaPlan RunFile()
    {
        CudaVersion version = _wish.Version!;
        CudaVersion? before = _guest.Installed(version);
        bool installs = !IsThere(before, version);
        JudgeDriver(version);
        JudgeOlder(before, version, installs);
        Row($"CUDA toolkit in {FolderOf(version)}", before?.ToString(), installs ? version.ToString() : before?.ToString());

        bool wantsSamples = _wish.SamplesFolder is not null && HasSamples(version);
        bool installsSamples = wantsSamples && !_guest.HasSamples;
        if (installsSamples)
        {
            Row("CUDA samples", null, SamplesOf(version, _wish.SamplesFolder!));
        }
        else if (_wish.SamplesFolder is not null && !wantsSamples && installs)
        {
            _consequences.Add($"CUDA {version} brings no samples: those of 11.6 and later are on NVIDIA's GitHub, and deviceQuery is not run");
        }

        string[] patches = Patches(version, installs);
        bool links = Link(version);
        if (installs || installsSamples)
        {
            _consequences.Add("the driver that comes with the run-file is declined; the guest keeps " + (_guest.Driver?.ToString() ?? "what it has"));
        }

        if (wantsSamples && !_guest.HasCompiler && (installs || installsSamples))
        {
            Warn("CUDA-COMPILER", $"{_target.Name} has no C compiler with make, so deviceQuery and vectorAdd cannot be built and run.", "Install build-essential (Debian, Ubuntu) or gcc, gcc-c++ and make (RHEL), as Install-NvidiaGuestDriver does.");
        }

        return Done(new CudaPlan { Installs = installs || installsSamples, InstallsToolkit = installs, InstallsSamples = installsSamples, Patches = patches, Links = links });
    }

    private CudaPlan Setup()
    {
        CudaVersion version = _wish.Version!;
        string folder = CudaWindows.FolderOf(version);
        CudaVersion? before = _guest.Installed(version);

        // What tells only its minor version cannot be told from what is wanted, and is left alone.
        bool installs = !IsThere(before, version) && before is not { Patch: null };
        JudgeDriver(version);
        JudgeOlder(before, version, installs, folder);
        IReadOnlyList<string> parts = [];
        if (installs)
        {
            Row("CUDA toolkit in " + folder, before?.ToString(), version.ToString());
            parts = _wish.Subpackages.Count > 0 ? _wish.Subpackages : CudaSubpackages.Of(version, _wish.SamplesFolder is not null) ?? [];
            if (parts.Count == 0)
            {
                Block(
                    "CUDA-PARTS",
                    "CudaSubpackagesUnknown",
                    $"Which parts the setup of CUDA {version} has is not known, and without their names it would install everything, NVIDIA's driver too.",
                    "Name them: -Subpackage nvcc, cudart. NVIDIA's CUDA Installation Guide for Microsoft Windows lists them.");
            }
            else
            {
                _consequences.Add($"of the setup's parts are installed {string.Join(", ", parts)}; its driver (Display.Driver) is declined, the guest keeps {_guest.Driver?.ToString() ?? "what it has"}");
            }

            if (CudaPackageName.Read(_wish.File!)?.Kind == CudaPackageKind.WindowsNetworkSetup)
            {
                _consequences.Add("the setup downloads them in the guest, which needs internet access");
            }

            if (_wish.SamplesFolder is not null && !parts.Contains(CudaSubpackages.Demos))
            {
                _consequences.Add("no deviceQuery comes with these parts, and none is run");
            }
        }

        string[] patches = Patches(version, installs);
        bool links = _wish.IsLinked && !string.Equals(_guest.Link, folder, StringComparison.OrdinalIgnoreCase);
        if (links)
        {
            Row(CudaWindows.PathVariable, _guest.Link, folder);
            _consequences.Add($"programs of the guest see the new {CudaWindows.PathVariable} after the next sign-in, services after a restart");
        }

        return Done(new CudaPlan { Installs = installs, InstallsToolkit = installs, Subpackages = parts, Patches = patches, Links = links });
    }

    private CudaPlan Package()
    {
        CudaVersion version = _wish.Version!;
        CudaVersion? before = _guest.Installed(version);
        bool installs = !IsThere(before, version);
        JudgeDriver(version);
        JudgeOlder(before, version, installs);
        if (installs && _guest.PackageManager is null)
        {
            Block("CUDA-PACKAGES", "CudaPackagesUnknown", $"{_target.Name} has none of apt, dnf, yum and zypper.", "Use NVIDIA's run-file: -Path cuda_<version>_<driver>_linux.run");
        }
        else if (installs && _wish.File is null && _guest.PackageOffered is null)
        {
            Block(
                "CUDA-PACKAGES",
                "CudaPackageUnavailable",
                $"The repositories of {_target.Name} have no {PackageOf(version)}.",
                "Give the package that brings NVIDIA's repository: -Path cuda-repo-<distribution>-<version>-local...; or add NVIDIA's repository to the guest.");
        }
        else if (installs && _wish.File is { } file && CudaPackageName.Read(file) is { } name && (name.Kind == CudaPackageKind.DebRepository) != (_guest.PackageManager == "apt"))
        {
            Block("CUDA-PACKAGES", "CudaPackageWrongKind", $"{name.FileName} is for {name.Distribution}, and {_target.Name} runs {_guest.Distribution}, whose packages {_guest.PackageManager} installs.", "Take the file for the guest's distribution.");
        }
        else if (installs && _wish.File is { } given && CudaPackageName.Read(given) is { Distribution: { } distribution } other && _guest.Distribution.Length > 0 && !IsFor(distribution, _guest.Distribution))
        {
            Warn("CUDA-PACKAGES", $"{other.FileName} is for {distribution}, and {_target.Name} runs {_guest.Distribution}.", "Take the file for the guest's distribution where there is one.");
        }

        if (installs)
        {
            Row($"CUDA toolkit in {FolderOf(version)}", before?.ToString(), version.ToString());
            Row("package " + PackageOf(version), null, "installed");
            _consequences.Add("packages that it depends on are installed with it; the driver's packages are not among them");
        }

        return Done(new CudaPlan { Installs = installs, Packages = installs ? [PackageOf(version)] : [], Links = Link(version) });
    }

    private CudaPlan Container()
    {
        List<string> packages = [];
        if (!_guest.HasDocker)
        {
            Need(["docker.io", "docker-ce", "moby-engine", "docker"], "DockerUnavailable", "Docker", "Add a repository that has it, such as Docker's own, or install Docker in the guest.");
        }

        if (!_guest.HasContainerToolkit)
        {
            Need(
                ["nvidia-container-toolkit", "nvidia-docker2", "nvidia-container-runtime"],
                "ContainerToolkitUnavailable",
                "container toolkit of NVIDIA's",
                "Add NVIDIA's repository to the guest (nvidia.github.io/libnvidia-container), then run this again.");
        }

        if (!_guest.HasRuntime)
        {
            Row("runtime nvidia of docker", null, "known");
            if (_guest.HasDocker)
            {
                _consequences.Add("docker is restarted, and with it the containers that run in the guest");
            }
        }

        if (_rows.Count > 0 || !_guest.ContainerAnswers)
        {
            Row("nvidia-smi in a container of " + _wish.Image, null, "answers");
        }

        return Done(new CudaPlan { Packages = packages, ConfiguresRuntime = !_guest.HasRuntime });

        void Need(string[] names, string errorId, string what, string nextStep)
        {
            if (names.FirstOrDefault(_guest.ContainerPackages.Contains) is { } name)
            {
                packages.Add(name);
                Row("package " + name, null, "installed");
            }
            else
            {
                Block("CUDA-CONTAINER", errorId, $"{_target.Name} has no {what}, and its repositories have none.", nextStep);
            }
        }
    }

    private string[] Patches(CudaVersion version, bool installs)
    {
        List<string> patches = [];
        foreach (string file in _wish.Patches)
        {
            CudaPackageName name = CudaPackageName.Read(file)!;
            if (installs || !_guest.Patches.Contains(name.Patch!.Value))
            {
                patches.Add(file);
                Row($"CUDA patch {version}.{name.Patch}", null, "applied");
            }
        }

        int[] given = [.. _wish.Patches.Select(file => CudaPackageName.Read(file)!.Patch!.Value)];
        int[] before = installs ? [] : [.. _guest.Patches];
        int[] left = [.. Enumerable.Range(1, given.Length == 0 ? 0 : given.Max()).Where(number => !given.Contains(number) && !before.Contains(number))];
        if (left.Length > 0 && patches.Count > 0)
        {
            Warn("CUDA-PATCHES", $"Patch {string.Join(", ", left)} of CUDA {version} is left out, and patches build on those before.", "Give them as well: -Patch takes all, and puts them in order.");
        }

        return [.. patches];
    }

    private bool Link(CudaVersion version)
    {
        bool links = _wish.IsLinked && !string.Equals(_guest.Link, FolderOf(version), StringComparison.Ordinal);
        if (links)
        {
            Row(LinkPath, _guest.Link, FolderOf(version));
        }

        return links;
    }

    private void JudgeDriver(CudaVersion version)
    {
        if (_guest.Driver is null)
        {
            return;
        }

        CompatibilityCheck check = CudaSupport.Judge(_catalog, version, _guest.Driver, isWindows: _guest.Family == GuestFamily.Windows);
        if (check.Verdict == CompatibilityVerdict.NotCompatible)
        {
            Block("CUDA-DRIVER", "CudaDriverTooOld", $"{_target.Name}: {check.Reason}", check.NextStep);
        }
        else if (check.Verdict == CompatibilityVerdict.Undecided)
        {
            Warn("CUDA-DRIVER", $"{_target.Name}: {check.Reason}", check.NextStep);
        }
    }

    private void JudgeOlder(CudaVersion? before, CudaVersion version, bool installs, string? folder = null)
    {
        if (installs && before is not null && version.CompareTo(before) < 0 && version.Patch is not null)
        {
            Block("CUDA-NEWER", "CudaNewerInstalled", $"{_target.Name} has CUDA {before} in {folder ?? FolderOf(version)}, which is newer than {version}.", "Take the newer file, or remove what is there first.");
        }
    }

    // What is asked for by its minor version alone is there when any of it is.
    private static bool IsThere(CudaVersion? before, CudaVersion version) => before is not null && (version.Patch is null || before.CompareTo(version) == 0);

    // ubuntu2204 is Ubuntu 22.04; rhel8 serves those that are built from it.
    private static bool IsFor(string distribution, string guest)
    {
        string plain = new([.. guest.Where(char.IsLetterOrDigit)]);
        return plain.StartsWith(distribution, StringComparison.OrdinalIgnoreCase)
            || (distribution.StartsWith("rhel", StringComparison.OrdinalIgnoreCase) && !guest.StartsWith("ubuntu", StringComparison.OrdinalIgnoreCase) && plain.IndexOf(distribution.Substring(4), StringComparison.Ordinal) >= 0);
    }

    private CudaPlan Done(CudaPlan plan)
    {
        if ((plan.Installs || plan.Patches.Count > 0) && !_wish.AcceptsEula)
        {
            Block("CUDA-EULA", "EulaNotAccepted", $"CUDA is installed in {_target.Name} only by who accepts NVIDIA's licence for it (docs.nvidia.com/cuda/eula).", "Read it, then add -AcceptEula.");
        }

        return plan with { Rows = _rows, Findings = _findings, Consequences = _consequences };
    }

    private void Row(string property, string? before, string? after)
    {
        if (!string.Equals(before, after, StringComparison.Ordinal))
        {
            _rows.Add((property, before, after));
        }
    }

    private void Block(string rule, string errorId, string message, string? nextStep) =>
        _findings.Add(new Finding(rule, FindingSeverity.Block, _target, message, nextStep) { ErrorId = errorId, ErrorCategory = GpuErrorCategory.InvalidState });

    private void Warn(string rule, string message, string? nextStep) => _findings.Add(new Finding(rule, FindingSeverity.Warning, _target, message, nextStep));
}

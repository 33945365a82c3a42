using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Smi;

namespace GpuVSphere.Guest;

/// <summary>Judges what was read of a guest, check by check. It does no I/O, and says of nothing that it is right that was not seen.</summary>
internal sealed class GuestGpuJudge
{
    private const string PassThrough = "Pass-Through";
    private const string Vgpu = "VGPU";

    // Device Manager's numbers (Microsoft, "Error codes in Device Manager in Windows").
    private const int NoResources = 12;
    private const int NotConfigured = 1;
    private const int NotInstalled = 28;
    private const int NeedsRestart = 14;
    private const int StoppedByDriver = 43;

    private static readonly string[] s_words = ["the ", "no ", "there ", "by "];

    private readonly GuestGpuState _state;
    private readonly VgpuCatalog _catalog;

    private GuestGpuJudge(GuestGpuState state, VgpuCatalog catalog) => (_state, _catalog) = (state, catalog);

    private string Name => _state.Vm.Name;

    private string Install => $"Install-NvidiaGuestDriver -VM {Typed.Name(Name)} -Path <driver> -AcceptEula";

    /// <summary>Every check, in the order in which one rests on the other.</summary>
    public static IReadOnlyList<GuestGpuCheck> Judge(GuestGpuState state, VgpuCatalog catalog)
    {
        GuestGpuJudge judge = new(state, catalog);
        return
        [
            judge.Make("Guest", GuestCheckOutcome.Passed, state.System),
            judge.GpuSeen(),
            judge.BarAssigned(),
            judge.Driver(),
            judge.SecureBoot(),
            judge.NvidiaSmi(),
            judge.VirtualizationMode(),
            .. judge.VgpuManager(),
            judge.Cuda(),
            judge.Sample("DeviceQuery", "deviceQuery", state.DeviceQuery),
            judge.Sample("VectorAdd", "vectorAdd", state.VectorAdd),
        ];
    }

    private GuestGpuCheck GpuSeen()
    {
        const string Check = "GpuSeen";
        int wanted = _state.Configured.Count;
        string configured = wanted == 0 ? "no GPU is configured for it" : $"{Count(wanted, "GPU")} configured: {string.Join(", ", _state.Configured.Select(gpu => gpu.VgpuProfile ?? gpu.Model ?? gpu.DeviceLabel ?? "a PCI device"))}";
        if (_state.Devices is not { } seen)
        {
            return Make(Check, GuestCheckOutcome.NotChecked, $"{_state.WhyNoDevices}; {configured}.", _state.ToListDevices);
        }

        if (seen.FirstOrDefault(gpu => gpu.IsGone) is { } gone)
        {
            return Make(
                Check,
                GuestCheckOutcome.Failed,
                $"{gone} no longer answers on the PCI bus: its configuration reads as ff.",
                $"Power {Name} off and on; when it comes again, reset or replace the GPU, and look for errors of it in the host's vmkernel.log.");
        }

        string names = string.Join(", ", seen.Select(gpu => gpu.ToString()));
        if (seen.Count == 0)
        {
            return Make(
                Check,
                GuestCheckOutcome.Failed,
                $"the guest has no NVIDIA GPU on its PCI bus; {configured}.",
                wanted == 0
                    ? $"Add-VmGpuPassthrough -VM {Typed.Name(Name)} -Device <address>, or Add-VmVgpuProfile -VM {Typed.Name(Name)} -VgpuProfile <profile>; Get-VmGpu shows what a VM has."
                    : $"Power {Name} off and on: a device is handed over at power-on only. Resolve-GpuPowerOnFault -VM {Typed.Name(Name)} reads its vmware.log.");
        }

        return seen.Count < wanted
            ? Make(
                Check,
                GuestCheckOutcome.Failed,
                $"the guest has {Count(seen.Count, "GPU")}: {names}; {configured}.",
                $"Power {Name} off and on: a device is handed over at power-on only. Get-MmioSize -VM {Typed.Name(Name)} says whether there is room for all.")
            : Make(Check, GuestCheckOutcome.Passed, names + (wanted == 0 ? "; by the VM's settings " + configured + "." : string.Empty));
    }

    private GuestGpuCheck BarAssigned()
    {
        const string Check = "BarAssigned";
        string mend = (_state.Vm.Firmware == "efi" ? string.Empty : "The VM has BIOS firmware, and a large BAR needs EFI. ")
            + $"Set-VmMmioSize -VM {Typed.Name(Name)} -PowerOff -PowerOn gives it the room; Get-MmioSize -VM {Typed.Name(Name)} shows what it has and needs.";
        if (_state.Devices is not { Count: > 0 } devices)
        {
            return Make(Check, GuestCheckOutcome.NotChecked, "no GPU is seen whose regions could be looked at.");
        }

        if (_state.Family == GuestFamily.Windows)
        {
            return devices.FirstOrDefault(gpu => gpu.ProblemCode == NoResources) is { } poor
                ? Make(Check, GuestCheckOutcome.Failed, $"{poor}: Device Manager has code 12, it cannot find enough free resources.", mend)
                : devices.All(gpu => gpu.ProblemCode is 0)
                    ? Make(Check, GuestCheckOutcome.Passed, "Device Manager gave every GPU its resources.")
                    : Make(Check, GuestCheckOutcome.NotChecked, "Device Manager tells it of a GPU that works only.");
        }

        if (devices.FirstOrDefault(gpu => gpu.Unassigned.Any()) is { } without)
        {
            return Make(
                Check,
                GuestCheckOutcome.Failed,
                $"{string.Join(", ", without.Unassigned.Select(bar => "BAR" + bar.Index.ToString(CultureInfo.InvariantCulture)))} of {without} {(without.Unassigned.Skip(1).Any() ? "have" : "has")} no address{(_state.Log.UnassignedBar is { } said ? $"; the driver says: {said}" : string.Empty)}.",
                mend);
        }

        if (_state.Log.UnassignedBar is { } logged && _state.Smi is null)
        {
            return Make(Check, GuestCheckOutcome.Failed, $"the driver says: {logged}.", mend);
        }

        return devices.Any(gpu => gpu.Bars.Count == 0)
            ? Make(Check, GuestCheckOutcome.NotChecked, $"lspci tells no regions of {devices.First(gpu => gpu.Bars.Count == 0)}.", "Log in with root's rights, or with a user who may use sudo.")
            : Make(Check, GuestCheckOutcome.Passed, string.Join("; ", devices.Select(gpu => $"{gpu.Name}: {string.Join(", ", gpu.Bars.Select(Text))}")));
    }

    private GuestGpuCheck Driver()
    {
        const string Check = "Driver";
        if (_state.Family == GuestFamily.Windows)
        {
            return WindowsDriver(Check);
        }

        if (_state.Modules.Contains("nvidia"))
        {
            string loaded = _state.LoadedVersion is { } version ? $"nvidia {version} is loaded" : "nvidia is loaded";
            string open = _state.Installed?.License?.IndexOf("GPL", StringComparison.Ordinal) >= 0 ? ", the open module" : string.Empty;
            if (_state.LoadedVersion is { } inKernel && _state.Installed?.Version is { } onDisk && inKernel != onDisk)
            {
                return Make(Check, GuestCheckOutcome.Warning, $"{loaded}, and {onDisk} is installed.", $"Restart the guest of {Name}: the module that is installed then takes the place of the one that is loaded.");
            }

            return _state.Modules.Contains("nouveau")
                ? Make(Check, GuestCheckOutcome.Warning, $"{loaded}, and nouveau beside it.", $"{Install} -Reboot keeps nouveau from being loaded.")
                : Make(Check, GuestCheckOutcome.Passed, loaded + open + ".");
        }

        if (_state.Modules.Contains("nouveau"))
        {
            return Make(
                Check,
                GuestCheckOutcome.Failed,
                $"nouveau is loaded in place of NVIDIA's driver{(_state.Installed is { } there ? $", of which {there.Version ?? "a version that it does not tell"} is installed" : string.Empty)}.",
                $"{Install} -Reboot keeps nouveau from being loaded.");
        }

        if (_state.Installed is not { } installed)
        {
            return Make(
                Check,
                GuestCheckOutcome.Failed,
                _state.HasSmi ? "nvidia-smi is there, and no kernel module for the kernel that runs: it was updated since the driver was installed, or the build failed." : "NVIDIA's driver is not installed.",
                Install);
        }

        string what = $"nvidia {installed.Version ?? string.Empty} is installed and not loaded".Replace("  ", " ");
        return _state.Log.SignatureRefused is { } refused ? Make(Check, GuestCheckOutcome.Failed, $"{what}; the kernel says: {refused}", Unsigned())
            : (_state.Log.NotSupported ?? _state.Log.InitFailed) is { } said ? Make(Check, GuestCheckOutcome.Failed, $"{what}; the driver says: {said}", Other())
            : Make(Check, GuestCheckOutcome.Failed, $"{what}.", $"Restart the guest of {Name}, or load it there: modprobe nvidia");
    }

    private GuestGpuCheck WindowsDriver(string check)
    {
        if (_state.Devices is not { Count: > 0 } devices)
        {
            return Make(check, GuestCheckOutcome.NotChecked, "no GPU is seen that could have a driver.");
        }

        GuestGpuDevice? bad = devices.FirstOrDefault(gpu => gpu.ProblemCode is not 0 and not null) ?? devices.FirstOrDefault(gpu => IsBasic(gpu.Driver));
        if (bad is null)
        {
            return Make(check, GuestCheckOutcome.Passed, $"{string.Join(", ", devices.Select(gpu => gpu.Name))}: Device Manager says that {(devices.Count == 1 ? "it works" : "they work")}.");
        }

        return bad.ProblemCode switch
        {
            NotInstalled or NotConfigured => Make(check, GuestCheckOutcome.Failed, $"{bad}: no driver is installed (code {Number(bad)}).", Install),
            NeedsRestart => Make(check, GuestCheckOutcome.Failed, $"{bad}: the guest has to be restarted first (code 14).", $"Restart the guest of {Name}."),
            StoppedByDriver => Make(check, GuestCheckOutcome.Failed, $"{bad}: the driver stopped the device (code 43).", Other()),
            0 or null => Make(check, GuestCheckOutcome.Failed, $"{bad} runs with Windows' basic driver.", Install),
            _ => Make(check, GuestCheckOutcome.Failed, $"{bad}: Device Manager has code {Number(bad)}.", Install),
        };
    }

    private GuestGpuCheck SecureBoot()
    {
        const string Check = "SecureBoot";
        if (_state.Vm.Firmware == "bios")
        {
            return Make(Check, GuestCheckOutcome.Passed, "the VM has BIOS firmware, which has no Secure Boot.");
        }

        if (_state.SecureBoot is not { } isOn)
        {
            return Make(Check, GuestCheckOutcome.NotChecked, "the guest does not tell whether Secure Boot is on.", "mokutil --sb-state tells it in the guest, when mokutil is installed.");
        }

        if (!isOn)
        {
            return Make(Check, GuestCheckOutcome.Passed, "Secure Boot is off.");
        }

        if (_state.Family == GuestFamily.Windows)
        {
            return Make(Check, GuestCheckOutcome.Passed, "Secure Boot is on; NVIDIA's drivers for Windows are signed.");
        }

        bool isLoaded = _state.Modules.Contains("nvidia");
        return _state.Installed is not { } module ? Make(Check, GuestCheckOutcome.Warning, "Secure Boot is on: a driver built in the guest is loaded only when it is signed with a key that the firmware knows.", Unsigned())
            : isLoaded ? Make(Check, GuestCheckOutcome.Passed, $"Secure Boot is on, and the module is loaded{(module.Signer is null ? string.Empty : ", signed by " + module.Signer)}.")
            : module.Signer is null || _state.Log.SignatureRefused is not null ? Make(
                Check, GuestCheckOutcome.Failed, $"Secure Boot is on, and the module is {(module.Signer is null ? "not signed" : $"signed by {module.Signer}, whose key the firmware does not know")}.", Unsigned())
            : Make(Check, GuestCheckOutcome.Warning, $"Secure Boot is on, and the module, signed by {module.Signer}, is not loaded.", Unsigned());
    }

    private GuestGpuCheck NvidiaSmi()
    {
        const string Check = "NvidiaSmi";
        if (_state.Smi is { } report)
        {
            string seen = $"driver {report.DriverVersion}: {string.Join(", ", report.Gpus.Select(gpu => gpu.MemoryTotalMB is { } memory ? $"{gpu.Name} ({memory.ToString(CultureInfo.InvariantCulture)} MiB)" : gpu.Name))}";
            return report.Gpus.Count == 0 ? Make(Check, GuestCheckOutcome.Failed, "nvidia-smi has no GPU.", Other())
                : _state.Devices is { } devices && report.Gpus.Count < devices.Count
                    ? Make(Check, GuestCheckOutcome.Failed, $"nvidia-smi has {Count(report.Gpus.Count, "GPU")} of {devices.Count.ToString(CultureInfo.InvariantCulture)}: {seen}.", Other())
                    : Make(Check, GuestCheckOutcome.Passed, seen + ".");
        }

        if (!_state.HasSmi)
        {
            return Make(Check, GuestCheckOutcome.Failed, "there is no nvidia-smi in the guest: NVIDIA's driver is not installed.", Install);
        }

        string said = _state.SmiTrouble.Length == 0 ? "it said nothing." : _state.SmiTrouble;
        bool Says(string words) => said.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0;
        if (Says("No devices") && (_state.Log.InitFailed ?? _state.Log.NotSupported) is { } why)
        {
            said = $"{said.TrimEnd('.')}; the driver says: {why}";
        }

        return Make(Check, GuestCheckOutcome.Failed, "nvidia-smi says: " + said, Says("version mismatch") ? $"Restart the guest of {Name}: the driver was updated while the old one was loaded."
            : Says("No devices") ? Other()
            : Says("GPU is lost") ? $"Power {Name} off and on."
            : "The check of the driver says why it is not loaded.");
    }

    private GuestGpuCheck VirtualizationMode()
    {
        const string Check = "VirtualizationMode";
        if (_state.Smi is not { Gpus.Count: > 0 } report)
        {
            return Make(Check, GuestCheckOutcome.NotChecked, "nvidia-smi gives no report that would tell it.");
        }

        string[] modes = [.. report.Gpus.Select(gpu => gpu.VirtualizationMode ?? "None")];
        string seen = string.Join(", ", report.Gpus.Select((gpu, index) => $"{gpu.Name}: {modes[index]}"));
        if (modes.Any(mode => mode.StartsWith("Host ", StringComparison.OrdinalIgnoreCase)))
        {
            return Make(Check, GuestCheckOutcome.Failed, $"{seen}: the vGPU manager for hosts is installed in the guest.", Install);
        }

        if (_state.Configured.Count == 0)
        {
            return Make(Check, GuestCheckOutcome.NotChecked, $"{seen}; by its settings the VM has no GPU to compare with.");
        }

        int vgpus = modes.Count(mode => Is(mode, Vgpu));
        int wanted = _state.Configured.Count(gpu => gpu.Kind == VmGpuKind.Vgpu);
        if (vgpus != wanted)
        {
            return Make(
                Check,
                GuestCheckOutcome.Failed,
                $"{seen}; the VM is configured with {Count(wanted, "vGPU")} and {Count(_state.Configured.Count - wanted, "whole GPU")}.",
                $"Get-VmGpu -VM {Typed.Name(Name)} shows what it has; power the VM off and on, so that the guest has what is configured.");
        }

        return modes.All(mode => Is(mode, Vgpu) || Is(mode, PassThrough))
            ? Make(Check, GuestCheckOutcome.Passed, seen + ".")
            : Make(Check, GuestCheckOutcome.Warning, $"{seen}; {PassThrough} is what a driver says in a VM with a whole GPU.", "Nothing has to be done where nvidia-smi and CUDA work.");
    }

    private IEnumerable<GuestGpuCheck> VgpuManager()
    {
        const string Check = "VgpuManager";
        if (!_state.HasVgpu)
        {
            yield break;
        }

        if (_state.Manager is not { } manager)
        {
            yield return Make(Check, GuestCheckOutcome.NotChecked, _state.WhyNoManager ?? "the host's vGPU manager was not read.", $"Test-VgpuCompatibility -VM {Typed.Name(Name)}");
            yield break;
        }

        if (_state.Running is not { } driver)
        {
            yield return Make(Check, GuestCheckOutcome.NotChecked, $"no driver runs in the guest that manager {manager} could be compared with.", Accepted(manager));
            yield break;
        }

        CompatibilityCheck pair = VgpuPairing.Judge(_catalog, manager, _catalog.ReadVersion(driver.ToString(), VgpuSide.Guest));
        yield return Make(
            Check,
            pair.Verdict switch
            {
                CompatibilityVerdict.Compatible => GuestCheckOutcome.Passed,
                CompatibilityVerdict.NotCompatible => GuestCheckOutcome.Failed,
                _ => GuestCheckOutcome.Warning,
            },
            pair.Reason,
            pair.Verdict == CompatibilityVerdict.Compatible ? null : Accepted(manager));
    }

    private GuestGpuCheck Cuda()
    {
        const string Check = "Cuda";
        VgpuType[] without = [.. _state.Configured.Select(gpu => gpu.VgpuProfile).OfType<string>().Select(_catalog.FindType).OfType<VgpuType>().Where(type => type.Series is VgpuSeries.A or VgpuSeries.B)];
        string toolkit = _state.Toolkit is { } version ? $"; toolkit {version}" : string.Empty;
        if (without.Length > 0)
        {
            return Make(
                Check,
                GuestCheckOutcome.Warning,
                $"{string.Join(", ", without.Select(type => type.Name).Distinct())} is of a series for desktops and applications; CUDA is served by the series C and Q{toolkit}.",
                $"Set-VmVgpuProfile -VM {Typed.Name(Name)} -VgpuProfile <profile>; Get-VgpuProfile lists them.");
        }

        if (_state.Smi is not { } report)
        {
            return Make(Check, GuestCheckOutcome.NotChecked, $"nvidia-smi gives no report{toolkit}.");
        }

        if (_state.Family == GuestFamily.Linux && _state.CudaLibrary is null)
        {
            return Make(Check, GuestCheckOutcome.Failed, $"the driver's CUDA library, libcuda.so.1, is not found{toolkit}.", $"Install the driver with its libraries: {Install}");
        }

        // nvidia-smi names the CUDA version from driver 410 on.
        return Make(Check, GuestCheckOutcome.Passed, (report.CudaVersion is { } cuda ? $"CUDA {cuda} by the driver" : "the driver's CUDA library is there") + toolkit + ".");
    }

    private GuestGpuCheck Sample(string check, string program, CudaSample? sample)
    {
        if (sample is { HasPassed: false, SeesNoDevice: true } && _state.Family == GuestFamily.Windows)
        {
            return Make(
                check,
                GuestCheckOutcome.Warning,
                $"{program}: {sample.Seen}",
                $"VMware Tools run programs outside of a desktop's session, where a GPU with a display driver (WDDM) is reported not to be served: run {program} in a session of the guest. If it fails there too, the checks above say what is missing.");
        }

        if (sample is not null)
        {
            return Make(check, sample.HasPassed ? GuestCheckOutcome.Passed : GuestCheckOutcome.Failed, $"{program}: {sample.Seen}", sample.HasPassed ? null
                : sample.IsDriverTooOld ? "The driver is older than the toolkit needs: install a newer driver, or an older toolkit."
                : "The checks above say what is missing; without a licence a vGPU slows down and may refuse CUDA: Get-VgpuLicense.");
        }

        if (_state.Family == GuestFamily.Windows)
        {
            return Make(
                check,
                GuestCheckOutcome.NotChecked,
                $"{program} is not found in the guest.",
                $"NVIDIA's setup for Windows brings it up to CUDA 12: Install-CudaToolkit -VM {Typed.Name(Name)}, or give the folder where it is with -SamplePath.");
        }

        return _state.Unbuilt.TryGetValue(program, out string? folder)
            ? Make(check, GuestCheckOutcome.NotChecked, $"{program} is there as a source, {folder}, and is not built.", $"Test-GpuGuest -VM {Typed.Name(Name)} -BuildSample builds and runs it.")
            : Make(check, GuestCheckOutcome.NotChecked, $"{program} is not found in the guest.", $"It is one of CUDA's samples: Install-CudaToolkit -VM {Typed.Name(Name)}, or give the folder where it is with -SamplePath.");
    }

    private string? Accepted(VgpuVersion manager) => manager.Major is { } major ? VgpuAdvice.Guests(_catalog, major) : "Get-VgpuRelease lists the releases with their drivers.";

    // A driver that sees no GPU: of a vGPU it is the wrong one, or not one that the manager takes.
    private string Other() => _state.HasVgpu
        ? (_state.Manager is { } manager ? Accepted(manager) + " " : string.Empty) + $"A stock driver serves no vGPU. {Install}"
        : $"Install a driver that serves {string.Join(", ", _state.Configured.Select(gpu => gpu.Model).OfType<string>().Distinct().DefaultIfEmpty("the GPU"))}: {Install}; dmesg | grep NVRM in the guest says more.";

    private string Unsigned() =>
        $"Switch Secure Boot off in the VM's boot options while it is powered off, or sign the module and enrol the key in the guest with mokutil --import.";

    private GuestGpuCheck Make(string check, GuestCheckOutcome outcome, string seen, string? nextStep = null) => new()
    {
        VmId = _state.Vm.Id,
        VmName = _state.Vm.Name,
        ServerName = _state.Vm.ServerName,
        Check = check,
        Outcome = outcome,
        Seen = Sentence(seen),
        NextStep = nextStep,
    };

    // A sentence begins with a capital; a program's or a module's name keeps its own letters.
    private static string Sentence(string seen) =>
        s_words.Any(word => seen.StartsWith(word, StringComparison.Ordinal)) ? char.ToUpperInvariant(seen[0]) + seen.Substring(1) : seen;

    private static string Text(GuestPciBar bar) => FormattableString.Invariant($"BAR{bar.Index} {bar.Size ?? "assigned"}");

    private static string Count(int number, string what) => FormattableString.Invariant($"{number} {what}{(number == 1 ? string.Empty : "s")}");

    private static string Number(GuestGpuDevice gpu) => gpu.ProblemCode?.ToString(CultureInfo.InvariantCulture) ?? "unknown";

    private static bool IsBasic(string? driver) => driver is null || Is(driver, "BasicDisplay");

    private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

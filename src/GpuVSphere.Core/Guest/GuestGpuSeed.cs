using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Guest;

/// <summary>What is known of a VM and its host before its guest is asked about GPUs: the system, Secure Boot, and for a vGPU the host's manager.</summary>
internal static class GuestGpuSeed
{
    /// <summary>Reads it.</summary>
    public static async Task<GuestGpuState> OfAsync(GuestSubject subject, VgpuCatalog catalog, CancellationToken cancellationToken)
    {
        GuestGpuState state = new()
        {
            Vm = subject.Vm,
            Family = subject.Shell.Family,
            System = subject.System.Kernel.Length == 0 ? subject.System.DisplayName : $"{subject.System.DisplayName}, kernel {subject.System.Kernel}",
            SecureBoot = subject.System.IsSecureBootEnabled ?? (subject.Vm.Firmware == "bios" ? false : null),
        };
        return subject.Vm.PciDevices.Any(device => device.Kind == VmGpuKind.Vgpu)
            ? await WithManagerAsync(subject, state, catalog, cancellationToken).ConfigureAwait(false)
            : state;
    }

    private static async Task<GuestGpuState> WithManagerAsync(GuestSubject subject, GuestGpuState state, VgpuCatalog catalog, CancellationToken cancellationToken)
    {
        if (subject.Host is not { } host)
        {
            return state with { WhyNoManager = "its host is not known" };
        }

        try
        {
            IReadOnlyList<NvidiaVib> vibs = await NvidiaVibs.ReadAsync(subject.Session, host, cancellationToken).ConfigureAwait(false);
            return vibs.FirstOrDefault(vib => vib.DriverVersion is not null) is { DriverVersion: { } driver }
                ? state with { Manager = catalog.ReadVersion(driver.ToString(), VgpuSide.Manager) }
                : state with { WhyNoManager = $"none of the VIBs of {host.Name} is NVIDIA's driver" };
        }
        catch (GpuVSphereException error)
        {
            return state with { WhyNoManager = error.Message.TrimEnd('.') };
        }
    }
}

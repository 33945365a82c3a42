using System;
using System.Globalization;
using System.Linq;
using System.Text;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>What the VMkernel of a host has loaded, and what it logged of NVIDIA's module at the boot.</summary>
internal static class HostModules
{
    /// <summary>vmkload_mod -l (samples/esxi-vmkload_mod-nvidia.txt; the headline is UNCONFIRMED).</summary>
    public static string List(HostSystem host)
    {
        StringBuilder text = new();
        text.Append(" Name                     Used  Size (kb)\n");
        text.Append("vmkernel                       0    31044    \n");
        text.Append("i40en                          6      644    \n");
        text.Append("lsi_mr3                        4      412    \n");
        if (host.HasGpuDriver)
        {
            text.Append(string.Format(CultureInfo.InvariantCulture, "{0,-31}{1,2}    {2,5}    \n", "nvidia", 1 + (host.Vms.Count(vm => vm.PowerState == "poweredOn") * 10), 35792));
        }

        return text.ToString();
    }

    /// <summary>The scheduler of each GPU, as in samples/esxi-dmesg-nvrm-scheduler.txt.</summary>
    public static string KernelLog(HostSystem host)
    {
        StringBuilder text = new();
        string stamp = host.BootTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        foreach (PciFunction function in SmiGpu.Visible(host).Select(gpu => gpu.Function))
        {
            if (function.Gpu.IsMigOn)
            {
                // No scheduler in MIG mode (kernel_sched_mgr.c of NVIDIA's open kernel modules).
                text.Append(stamp).Append(" cpu79:2100753)NVRM: GPU at ").Append(function.Id).Append(" has software scheduler DISABLED with policy NONE.\n");
                continue;
            }

            VgpuScheduler scheduler = function.Gpu.SchedulerAtBoot;
            text.Append(stamp).Append(" cpu79:2100753)NVRM: GPU at ").Append(function.Id).Append(" has software scheduler ")
                .Append(scheduler.Policy == 1 ? "DISABLED" : "ENABLED").Append(" with policy ").Append(scheduler.Name).Append(".\n");
            if (scheduler.TimesliceNs > 0)
            {
                text.Append("NVRM: Software scheduler timeslice set to ").Append(Math.Round(scheduler.TimesliceNs / 1e6).ToString(CultureInfo.InvariantCulture)).Append(" ms.\n");
            }
        }

        return text.ToString();
    }
}

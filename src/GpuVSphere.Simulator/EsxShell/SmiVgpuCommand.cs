using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Model.Guest.Licensing;
using GpuVSphere.Simulator.Model.Guest.Nvidia;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary><c>nvidia-smi vgpu</c>, as in samples/nvidia-smi-vgpu-*.txt; the text of get-scheduler-state is UNCONFIRMED.</summary>
internal static class SmiVgpuCommand
{
    /// <summary>The first branch whose guide has set-scheduler-state (vim25-gpu.md 8: NVUG of R550); which had it first is UNCONFIRMED.</summary>
    private const int FirstLiveBranch = 550;

    public static ShellResult Run(string timestamp, GpuDriver driver, IReadOnlyList<SmiGpu> gpus, SmiOptions options, bool tellsState)
    {
        if ((options.Has("set-scheduler-state") && driver.Branch < FirstLiveBranch) || (options.Has("get-scheduler-state") && (driver.Branch < FirstLiveBranch || !tellsState)))
        {
            return ShellCall.Says("Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n", 2);
        }

        List<SmiGpu> able = gpus.Where(gpu => gpu.IsHostVgpu).ToList();
        if (able.Count == 0)
        {
            return ShellCall.Says("No supported devices in vGPU mode");
        }

        return options.Has("set-scheduler-state") ? SetScheduler(able, options)
            : options.Has("get-scheduler-state") ? Print(able, GetScheduler)
            : options.Has("-q", "--query") ? Print(able, (text, gpu) => Query(text, gpu, driver))
            : options.Has("-s", "--supported") ? Print(able, (text, gpu) => Types(text, gpu, gpu.Supported(), options.Has("-v", "--verbose")))
            : options.Has("-c", "--creatable") ? Print(able, (text, gpu) => Types(text, gpu, gpu.Creatable(), options.Has("-v", "--verbose")))
            : ShellCall.Says(SmiTables.Vgpus(timestamp, driver, able));
    }

    private static ShellResult Print(List<SmiGpu> gpus, Action<StringBuilder, SmiGpu> print)
    {
        StringBuilder text = new();
        foreach (SmiGpu gpu in gpus)
        {
            text.Append("GPU ").Append(gpu.BusId).Append('\n');
            print(text, gpu);
        }

        return ShellCall.Says(text.ToString());
    }

    private static void Query(StringBuilder text, SmiGpu gpu, GpuDriver driver)
    {
        SmiNode.Line("Active vGPUs", null, gpu.Vgpus.Count.ToString(CultureInfo.InvariantCulture)).Print(text, 4);
        foreach (SmiVgpu vgpu in gpu.Vgpus)
        {
            SmiNode.Line("vGPU ID", null, vgpu.Id).Print(text, 4);
            List<SmiNode> lines =
            [
                Line("VM ID", vgpu.WorldId),
                Line("VM Name", vgpu.Vm.Name),
                Line("vGPU Name", vgpu.Seat.Type.NvidiaName),
                Line("vGPU Type", vgpu.Seat.Type.TypeId?.ToString(CultureInfo.InvariantCulture) ?? "N/A"),
                Line("vGPU UUID", vgpu.Uuid),
                Line("Guest Driver Version", vgpu.Vm.GuestDriver.Length > 0 ? vgpu.Vm.GuestDriver : "N/A"),
                Line("License Status", LicenseOf(vgpu.Vm) ?? "N/A"),
            ];
            if (driver.Branch >= 450)
            {
                lines.Add(Line("GPU Instance ID", vgpu.Seat.Instance?.Id.ToString(CultureInfo.InvariantCulture) ?? "N/A"));
            }

            if (driver.Branch >= 550)
            {
                lines.Add(Line("Placement ID", vgpu.Seat.Start?.ToString(CultureInfo.InvariantCulture) ?? "N/A"));
            }

            lines.Add(Line("Accounting Mode", "Disabled"));
            lines.Add(Line("ECC Mode", gpu.EccCurrent));
            lines.Add(Line("Frame Rate Limit", vgpu.Seat.Type.Series == 'C' ? "N/A" : "60 FPS"));
            lines.Add(SmiNode.Group("FB Memory Usage", null, Line("Total", vgpu.Seat.Type.FrameBufferMB + " MiB"), Line("Used", vgpu.UsedMB + " MiB"), Line("Free", (vgpu.Seat.Type.FrameBufferMB - vgpu.UsedMB) + " MiB")));
            lines.Add(SmiNode.Group("Utilization", null, Line("Gpu", "0 %"), Line("Memory", "0 %"), Line("Encoder", "0 %"), Line("Decoder", "0 %")));
            foreach (SmiNode line in lines)
            {
                line.Print(text, 8);
            }
        }

        static SmiNode Line(string label, string value) => SmiNode.Line(label, null, value);
    }

    private static void Types(StringBuilder text, SmiGpu gpu, IEnumerable<VgpuType> types, bool isVerbose)
    {
        foreach (VgpuType type in types)
        {
            if (!isVerbose)
            {
                text.Append("    ").Append(type.NvidiaName).Append('\n');
                continue;
            }

            SmiNode.Line("vGPU Type ID", null, type.TypeId is { } id ? "0x" + id.ToString("x", CultureInfo.InvariantCulture) : "N/A").Print(text, 4);
            foreach ((string label, string value) in new[]
            {
                ("Name", type.NvidiaName),
                ("Class", type.Series switch { 'Q' => "Quadro", 'C' => "Compute", _ => "NVS" }),
                ("GPU Instance Profile ID", type.IsMig ? MigProfile.Of(gpu.Card, type).Id.ToString(CultureInfo.InvariantCulture) : "N/A"),
                ("Max Instances", type.MaxEqualSize.ToString(CultureInfo.InvariantCulture)),
                ("Device ID", string.Format(CultureInfo.InvariantCulture, "0x{0:x4}{1:x4}", gpu.Card.DeviceId, gpu.Card.VendorId)),
                ("FB Memory", type.FrameBufferMB.ToString(CultureInfo.InvariantCulture) + " MiB"),
                ("Frame Rate Limit", type.Series == 'C' ? "N/A" : "60 FPS"),
            })
            {
                SmiNode.Line(label, null, value).Print(text, 8);
            }
        }
    }

    private static void GetScheduler(StringBuilder text, SmiGpu gpu)
    {
        if (gpu.State.IsMigOn)
        {
            SmiNode.Line("vGPU scheduling policy", null, "N/A").Print(text, 4);
            return;
        }

        string policy = gpu.State.Scheduler.Policy switch { 2 => "Equal Share", 3 => "Fixed Share", _ => "Best Effort" };
        SmiNode.Line("vGPU scheduling policy", null, policy).Print(text, 4);
        SmiNode.Line("Time Slice(ns)", null, gpu.State.Scheduler.TimesliceNs.ToString(CultureInfo.InvariantCulture)).Print(text, 4);
    }

    private static ShellResult SetScheduler(List<SmiGpu> gpus, SmiOptions options)
    {
        if (!int.TryParse(options["-p"], NumberStyles.None, CultureInfo.InvariantCulture, out int policy) || policy is < 1 or > 3)
        {
            return ShellCall.Says("Invalid scheduling policy: 1 (best effort), 2 (equal share) and 3 (fixed share) are known.", 2);
        }

        long slice = long.TryParse(options["-ts"], NumberStyles.None, CultureInfo.InvariantCulture, out long ns) ? ns : 0;
        StringBuilder text = new();
        int status = 0;
        foreach (SmiGpu gpu in gpus)
        {
            if (gpu.Vgpus.Count > 0)
            {
                text.Append("Unable to set the vGPU scheduler state on GPU \"").Append(gpu.BusId).Append("\".\n");
                text.Append("vGPU scheduler state cannot be configured, if vGPU instance is currently active on the device.\n");
                status = 1;
                continue;
            }

            if (gpu.State.IsMigOn)
            {
                text.Append("Unable to set the vGPU scheduler state on GPU \"").Append(gpu.BusId).Append("\".\nNot Supported\n");
                status = 1;
                continue;
            }

            gpu.State.Scheduler = new VgpuScheduler(policy, slice);
            text.Append("Successfully set the vGPU scheduler state on GPU \"").Append(gpu.BusId).Append("\".\n");
        }

        return ShellCall.Says(text.ToString(), status);
    }

    // The guest's driver tells it to the manager; without a driver that is loaded there is nobody who could.
    private static string? LicenseOf(VirtualMachine vm) =>
        vm.KnownGuest is { } guest && guest.State<GuestNvidia>().Taken is not null ? guest.State<GuestLicense>().Status(guest) : null;
}

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Xml;
using GpuVSphere.Simulator.Model;
using static GpuVSphere.Simulator.EsxShell.SmiNode;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>
/// <c>nvidia-smi -q</c>, as text and as XML: order and words as in samples/nvidia-smi-q-t4-525-hostvgpu-doc.txt and nvidia-smi-qx-*.xml, with what the
/// driver's branch knows.
/// </summary>
internal static class SmiReport
{
    public static string Text(string timestamp, GpuDriver driver, IReadOnlyList<SmiGpu> all, IReadOnlyList<SmiGpu> shown, IReadOnlyCollection<string> sections)
    {
        StringBuilder text = new("\n==============NVSMI LOG==============\n\n");
        Line("Timestamp", null, timestamp).Print(text, 0);
        Line("Driver Version", null, driver.Version).Print(text, 0);
        Line("CUDA Version", null, "Not Found").Print(text, 0);
        if (driver.Branch >= 525)
        {
            Group("vGPU Driver Capability", null, Line("Heterogenous Multi-vGPU", null, "Supported")).Print(text, 0);
        }

        text.Append('\n');
        Line("Attached GPUs", null, Number(all.Count)).Print(text, 0);
        foreach (SmiGpu gpu in shown)
        {
            text.Append("GPU ").Append(gpu.BusId).Append('\n');
            foreach (SmiNode node in Nodes(gpu).Where(node => sections.Count == 0 || sections.Contains(node.Section ?? string.Empty)))
            {
                node.Print(text, 4);
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    public static string Xml(string timestamp, GpuDriver driver, IReadOnlyList<SmiGpu> all, IReadOnlyList<SmiGpu> shown)
    {
        using Utf8Text text = new();
        using (XmlWriter xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, IndentChars = "\t", NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("nvidia_smi_log");
            xml.WriteElementString("timestamp", timestamp);
            xml.WriteElementString("driver_version", driver.Version);
            xml.WriteElementString("cuda_version", "Not Found");
            xml.WriteElementString("attached_gpus", Number(all.Count));
            foreach (SmiGpu gpu in shown)
            {
                xml.WriteStartElement("gpu");
                xml.WriteAttributeString("id", gpu.BusId);
                foreach (SmiNode node in Nodes(gpu))
                {
                    node.Write(xml);
                }

                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return "<?xml version=\"1.0\" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM \"nvsmi_device_" + DocumentType(driver.Branch) + ".dtd\">\n" + text + "\n";
    }

    /// <summary>v11 with 510 and 515, v12 with 535 and v13 with 580 are in the samples; v9 and v10 before them are not.</summary>
    private static string DocumentType(int branch) => branch < 410 ? "v9" : branch < 450 ? "v10" : branch < 530 ? "v11" : branch < 575 ? "v12" : "v13";

    private static IEnumerable<SmiNode> Nodes(SmiGpu gpu)
    {
        int branch = gpu.Driver.Branch;
        bool hasMig = branch >= 450;
        yield return Line("Product Name", "product_name", gpu.Card.Name);
        yield return Line("Product Brand", "product_brand", gpu.Card.Name.StartsWith("Tesla", StringComparison.Ordinal) && branch < 470 ? "Tesla" : "NVIDIA");
        if (branch >= 510)
        {
            yield return Line("Product Architecture", "product_architecture", gpu.Card.Architecture.Length > 0 ? gpu.Card.Architecture : "Turing");
        }

        yield return Line("Display Mode", "display_mode", "Enabled");
        yield return Line("Display Active", "display_active", "Disabled");
        yield return Line("Persistence Mode", "persistence_mode", "Enabled");
        if (hasMig)
        {
            yield return Group("MIG Mode", "mig_mode", Line("Current", "current_mig", gpu.MigCurrent), Line("Pending", "pending_mig", gpu.MigPending));
            yield return gpu.State.Instances.Any(instance => instance.ComputeInstances.Count > 0)
                ? Group(null, "mig_devices", MigDevices(gpu).ToArray())
                : Line(null, "mig_devices", "None");
        }

        yield return Line("Accounting Mode", "accounting_mode", "Enabled") with { Section = "ACCOUNTING" };
        yield return Line("Accounting Mode Buffer Size", "accounting_mode_buffer_size", "4000") with { Section = "ACCOUNTING" };
        yield return Group("Driver Model", "driver_model", Line("Current", "current_dm", "N/A"), Line("Pending", "pending_dm", "N/A"));
        yield return Line("Serial Number", "serial", gpu.Serial);
        yield return Line("GPU UUID", "uuid", gpu.Uuid);
        yield return Line("Minor Number", "minor_number", Number(gpu.Index));
        yield return Line("VBIOS Version", "vbios_version", "90.04.38.00.03");
        yield return Line("MultiGPU Board", "multigpu_board", "No");
        yield return Line("Board ID", "board_id", "0x" + (gpu.Function.Id.Bus << 8).ToString("x", CultureInfo.InvariantCulture));
        yield return Line("GPU Part Number", "gpu_part_number", gpu.Card.DeviceId.ToString("X4", CultureInfo.InvariantCulture) + "-895-A1");
        yield return Group("GPU Operation Mode", "gpu_operation_mode", Line("Current", "current_gom", "N/A"), Line("Pending", "pending_gom", "N/A"));
        if (branch >= 470)
        {
            yield return Line("GSP Firmware Version", "gsp_firmware_version", "N/A");
        }

        yield return Group("GPU Virtualization Mode", "gpu_virtualization_mode", VirtualizationNodes(gpu).ToArray());
        yield return Pci(gpu);
        yield return Line("Fan Speed", "fan_speed", "N/A");
        yield return Line("Performance State", "performance_state", gpu.Vgpus.Count > 0 ? "P0" : "P8") with { Section = "PERFORMANCE" };
        yield return Memory(gpu, branch);
        yield return Group(
            "BAR1 Memory Usage", "bar1_memory_usage", Line("Total", "total", "256 MiB"), Line("Used", "used", Number(1 + gpu.Vgpus.Count) + " MiB"), Line("Free", "free", Number(255 - gpu.Vgpus.Count) + " MiB")) with { Section = "MEMORY" };
        yield return Line("Compute Mode", "compute_mode", "Default") with { Section = "COMPUTE" };
        yield return Group(
            "Utilization", "utilization", Line("Gpu", "gpu_util", "0 %"), Line("Memory", "memory_util", "0 %"), Line("Encoder", "encoder_util", "0 %"), Line("Decoder", "decoder_util", "0 %")) with { Section = "UTILIZATION" };
        yield return Group(branch is >= 418 and < 530 ? "Ecc Mode" : "ECC Mode", "ecc_mode", Line("Current", "current_ecc", gpu.EccCurrent), Line("Pending", "pending_ecc", gpu.EccPending)) with { Section = "ECC" };
        yield return Group("ECC Errors", "ecc_errors", Errors(gpu, "Volatile", "volatile"), Errors(gpu, "Aggregate", "aggregate")) with { Section = "ECC" };
        yield return Group(
            "Temperature", "temperature", Line("GPU Current Temp", "gpu_temp", Number(gpu.TemperatureC) + " C"), Line("GPU Shutdown Temp", "gpu_temp_max_threshold", "96 C"), Line("GPU Slowdown Temp", "gpu_temp_slow_threshold", "93 C")) with { Section = "TEMPERATURE" };
        yield return Power(gpu, branch);
        yield return gpu.Vgpus.Count == 0
            ? Line("Processes", "processes", "None") with { Section = "PIDS" }
            : Group("Processes", "processes", gpu.Vgpus.SelectMany(vgpu => Process(vgpu, branch)).ToArray()) with { Section = "PIDS" };
    }

    private static IEnumerable<SmiNode> VirtualizationNodes(SmiGpu gpu)
    {
        // The guide's 390.42 writes "mode" small, and has the one line only.
        yield return Line(gpu.Driver.Branch < 418 ? "Virtualization mode" : "Virtualization Mode", "virtualization_mode", gpu.VirtualizationMode);
        if (gpu.Driver.Branch >= 450)
        {
            yield return Line("Host VGPU Mode", "host_vgpu_mode", gpu.HostVgpuMode);
        }

        if (gpu.Driver.Branch >= 550)
        {
            yield return Line("vGPU Heterogeneous Mode", "vgpu_heterogeneous_mode", gpu.HeterogeneousMode);
        }
    }

    private static SmiNode Pci(SmiGpu gpu)
    {
        PciId id = gpu.Function.Id;
        string device = Hex(gpu.Card.DeviceId) + Hex(gpu.Card.VendorId);
        string subsystem = Hex(gpu.Card.SubDeviceId) + Hex(gpu.Card.SubVendorId);
        return Group(
            "PCI",
            "pci",
            Line("Bus", null, "0x" + id.Bus.ToString("X2", CultureInfo.InvariantCulture)),
            Line("Device", null, "0x" + id.Slot.ToString("X2", CultureInfo.InvariantCulture)),
            Line("Domain", null, "0x" + Hex(id.Segment)),
            Line("Device Id", null, "0x" + device),
            Line("Bus Id", null, gpu.BusId),
            Line("Sub System Id", null, "0x" + subsystem),
            Line(null, "pci_bus", id.Bus.ToString("X2", CultureInfo.InvariantCulture)),
            Line(null, "pci_device", id.Slot.ToString("X2", CultureInfo.InvariantCulture)),
            Line(null, "pci_domain", Hex(id.Segment)),
            Line(null, "pci_device_id", device),
            Line(null, "pci_bus_id", gpu.BusId),
            Line(null, "pci_sub_system_id", subsystem));

        static string Hex(ushort value) => value.ToString("X4", CultureInfo.InvariantCulture);
    }

    private static SmiNode Memory(SmiGpu gpu, int branch)
    {
        List<SmiNode> lines = [Line("Total", "total", Number(gpu.TotalMB) + " MiB")];
        if (branch >= 510)
        {
            lines.Add(Line("Reserved", "reserved", "0 MiB"));
        }

        lines.Add(Line("Used", "used", Number(gpu.UsedMB) + " MiB"));
        lines.Add(Line("Free", "free", Number(gpu.FreeMB) + " MiB"));
        return Group("FB Memory Usage", "fb_memory_usage", lines.ToArray()) with { Section = "MEMORY" };
    }

    private static SmiNode Errors(SmiGpu gpu, string label, string element)
    {
        string value = gpu.State.IsEccOn ? "0" : "N/A";
        return Group(
            label,
            element,
            Line("SRAM Correctable", "sram_correctable", value),
            Line("SRAM Uncorrectable", "sram_uncorrectable", value),
            Line("DRAM Correctable", "dram_correctable", value),
            Line("DRAM Uncorrectable", "dram_uncorrectable", value));
    }

    private static SmiNode Power(SmiGpu gpu, int branch) => Group(
        branch >= 535 ? "GPU Power Readings" : "Power Readings",
        branch >= 535 ? "gpu_power_readings" : "power_readings",
        branch >= 535 ? Line(null, "power_state", "P8") : Line("Power Management", "power_management", "Supported"),
        Line("Power Draw", "power_draw", Watts(gpu.PowerW)),
        branch >= 535 ? Line("Current Power Limit", "current_power_limit", Watts(gpu.PowerLimitW)) : Line("Power Limit", "power_limit", Watts(gpu.PowerLimitW)),
        Line("Default Power Limit", "default_power_limit", Watts(gpu.PowerLimitW))) with { Section = "POWER" };

    private static IEnumerable<SmiNode> Process(SmiVgpu vgpu, int branch)
    {
        List<SmiNode> lines =
        [
            Line("Process ID", null, vgpu.WorldId),
            Line("Type", null, "C+G"),
            Line("Name", null, vgpu.Vm.Name),
            Line("Used GPU Memory", null, Number(vgpu.UsedMB) + " MiB"),
        ];
        if (branch >= 450)
        {
            string instance = vgpu.Seat.Instance is { } mig ? Number(mig.Id) : "N/A";
            lines.Insert(0, Line("GPU instance ID", null, instance));
            lines.Insert(1, Line("Compute instance ID", null, vgpu.Seat.Instance is null ? "N/A" : "0"));
        }

        foreach (SmiNode line in lines)
        {
            yield return line;
        }

        yield return Group(
            null, "process_info", Line(null, "pid", vgpu.WorldId), Line(null, "type", "C+G"), Line(null, "process_name", vgpu.Vm.Name), Line(null, "used_memory", Number(vgpu.UsedMB) + " MiB"));
    }

    private static IEnumerable<SmiNode> MigDevices(SmiGpu gpu) =>
        from instance in gpu.State.Instances
        from compute in instance.ComputeInstances.Select((_, index) => index)
        select Group(
            null,
            "mig_device",
            Line(null, "gpu_instance_id", Number(instance.Id)),
            Line(null, "compute_instance_id", Number(compute)),
            Group(null, "fb_memory_usage", Line(null, "total", Number(instance.Profile.MemoryMB) + " MiB"), Line(null, "used", "0 MiB"), Line(null, "free", Number(instance.Profile.MemoryMB) + " MiB")));

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Watts(int value) => value.ToString(CultureInfo.InvariantCulture) + ".00 W";

    private sealed class Utf8Text() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}

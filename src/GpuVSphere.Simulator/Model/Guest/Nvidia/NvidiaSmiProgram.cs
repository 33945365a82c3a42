using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Xml;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.EsxShell;
using GpuVSphere.Simulator.Model.Guest.Licensing;
using static GpuVSphere.Simulator.EsxShell.SmiNode;

namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>
/// nvidia-smi in a guest: of the driver that the kernel has loaded, the devices of the VM that it serves, and the vGPU manager of the host. Its words
/// for a driver that is not there, of another version, or without a device are those of the samples and of NVIDIA's tools.
/// </summary>
internal sealed class NvidiaSmiProgram() : InstantProgram("nvidia-smi", "nvidia-smi.exe")
{
    private const int NotCommunicating = 9;
    private const int NoDevices = 6;
    private const int Mismatch = 18;

    protected override int Run(GuestCall call)
    {
        SimulatedGuest guest = call.Guest;
        GuestNvidia state = guest.State<GuestNvidia>();
        if (guest.Family == GuestFamily.Linux && !guest.Modules.Contains("nvidia") && state.Installed is not null)
        {
            // Through nvidia-modprobe, which is setuid.
            NvidiaFiles.Load(guest);
        }

        if (GuestNvidia.Loaded(guest) is not { } driver)
        {
            call.Say("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n");
            return NotCommunicating;
        }

        if (guest.Family == GuestFamily.Linux && driver.Differs(state.Installed))
        {
            call.Say("Failed to initialize NVML: Driver/library version mismatch");
            call.Say("NVML library version: " + string.Join(".", (state.Installed?.Version ?? "0.0").Split('.').Take(2)));
            return Mismatch;
        }

        IReadOnlyList<GuestPciDevice> gpus = GuestNvidia.Served(guest);
        if (gpus.Count == 0)
        {
            call.Say("No devices were found");
            return NoDevices;
        }

        string time = guest.Inventory.Now.UtcDateTime.ToString("ddd MMM d HH:mm:ss yyyy", CultureInfo.InvariantCulture);
        if (call.Has("-L", "--list-gpus"))
        {
            for (int i = 0; i < gpus.Count; i++)
            {
                call.Say("GPU " + i + ": " + NameOf(gpus[i]) + " (UUID: " + UuidOf(guest, gpus[i]) + ")");
            }

            return 0;
        }

        if (call.Arguments.FirstOrDefault(word => word.StartsWith("--query-", StringComparison.Ordinal)) is { } query)
        {
            return Query(call, driver, gpus, query);
        }

        if (call.Has("-q", "--query"))
        {
            call.Print(call.Has("-x", "--xml-format") ? Xml(guest, driver, gpus, time) : Text(guest, driver, gpus, time));
            return 0;
        }

        if (call.Arguments.Count > 0)
        {
            call.Say("Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.");
            return 2;
        }

        call.Print(Table(guest, driver, gpus, time));
        return 0;
    }

    /// <summary>The name that the driver shows: of a vGPU that of its type.</summary>
    internal static string NameOf(GuestPciDevice device)
    {
        if (device.Vgpu is not { } type)
        {
            return device.Card.Name;
        }

        // GRID up to Turing, NVIDIA from Ampere on.
        string name = type.Substring(type.IndexOf('_') + 1).ToUpperInvariant();
        return (device.Card.MaxVirtualFunctions > 0 ? "NVIDIA " : "GRID ") + name;
    }

    internal static int MemoryOf(GuestPciDevice device) =>
        device.Vgpu is { } type && VgpuTypeTable.OfCard(device.Card).FirstOrDefault(one => string.Equals(one.Name, type, StringComparison.OrdinalIgnoreCase)) is { } known ? known.FrameBufferMB : device.Card.FrameBufferMB;

    internal static string UuidOf(SimulatedGuest guest, GuestPciDevice device) => "GPU-" + StableGuid.From("guest gpu:" + guest.Vm.InstanceUuid.ToString() + device.Address);

    private static int Query(GuestCall call, NvidiaPackage driver, IReadOnlyList<GuestPciDevice> gpus, string query)
    {
        string[] fields = query.Substring(query.IndexOf('=') + 1).Split(',');
        string? format = call.Arguments.FirstOrDefault(word => word.StartsWith("--format=", StringComparison.Ordinal))?.Substring("--format=".Length);
        if (format is null || !format.Split(',').Contains("csv"))
        {
            call.Say("Error: --format= must be specified and hold csv.");
            return 1;
        }

        bool hasUnits = !format.Split(',').Contains("nounits");
        bool ofProcesses = query.StartsWith("--query-compute-apps=", StringComparison.Ordinal);
        if (!format.Split(',').Contains("noheader"))
        {
            call.Say(string.Join(", ", fields.Select(field => field.StartsWith("memory", StringComparison.Ordinal) && hasUnits ? field + " [MiB]" : field)));
        }

        string Unit(int value, string unit) => value.ToString(CultureInfo.InvariantCulture) + (hasUnits ? " " + unit : string.Empty);
        if (ofProcesses)
        {
            foreach (GuestProcess process in call.Guest.State<GuestNvidia>().Users(call.Guest))
            {
                call.Say(string.Join(", ", fields.Select(field => field switch
                {
                    "pid" => process.Pid.ToString(CultureInfo.InvariantCulture),
                    "process_name" or "name" => process.Name,
                    "used_memory" or "used_gpu_memory" => Unit(512, "MiB"),
                    _ => "[N/A]",
                })));
            }

            return 0;
        }

        for (int i = 0; i < gpus.Count; i++)
        {
            GuestPciDevice gpu = gpus[i];
            call.Say(string.Join(", ", fields.Select(field => field switch
            {
                "index" => i.ToString(CultureInfo.InvariantCulture),
                "name" or "gpu_name" => NameOf(gpu),
                "uuid" or "gpu_uuid" => UuidOf(call.Guest, gpu),
                "driver_version" => driver.Version,
                "pci.bus_id" or "gpu_bus_id" => BusId(gpu),
                "memory.total" => Unit(MemoryOf(gpu), "MiB"),
                "memory.used" => Unit(Used(call.Guest), "MiB"),
                "memory.free" => Unit(MemoryOf(gpu) - Used(call.Guest), "MiB"),
                "utilization.gpu" => Unit(0, "%"),
                "temperature.gpu" => "38",
                "count" => gpus.Count.ToString(CultureInfo.InvariantCulture),
                _ => "[N/A]",
            })));
        }

        return 0;
    }

    private static string Text(SimulatedGuest guest, NvidiaPackage driver, IReadOnlyList<GuestPciDevice> gpus, string time)
    {
        StringBuilder text = new("\n==============NVSMI LOG==============\n\n");
        Line("Timestamp", null, time).Print(text, 0);
        Line("Driver Version", null, driver.Version).Print(text, 0);
        if (driver.Cuda is { } cuda)
        {
            Line("CUDA Version", null, cuda).Print(text, 0);
        }

        text.Append('\n');
        Line("Attached GPUs", null, gpus.Count.ToString(CultureInfo.InvariantCulture)).Print(text, 0);
        foreach (GuestPciDevice gpu in gpus)
        {
            text.Append("GPU ").Append(BusId(gpu)).Append('\n');
            foreach (SmiNode node in Nodes(guest, driver, gpu))
            {
                node.Print(text, 4);
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Xml(SimulatedGuest guest, NvidiaPackage driver, IReadOnlyList<GuestPciDevice> gpus, string time)
    {
        StringBuilder text = new();
        using (XmlWriter xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, IndentChars = "\t", NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("nvidia_smi_log");
            xml.WriteElementString("timestamp", time);
            xml.WriteElementString("driver_version", driver.Version);
            if (driver.Cuda is { } cuda)
            {
                xml.WriteElementString("cuda_version", cuda);
            }

            xml.WriteElementString("attached_gpus", gpus.Count.ToString(CultureInfo.InvariantCulture));
            foreach (GuestPciDevice gpu in gpus)
            {
                xml.WriteStartElement("gpu");
                xml.WriteAttributeString("id", BusId(gpu));
                foreach (SmiNode node in Nodes(guest, driver, gpu))
                {
                    node.Write(xml);
                }

                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return "<?xml version=\"1.0\" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM \"nvsmi_device_" + (driver.Branch < 410 ? "v9" : driver.Branch < 450 ? "v10" : driver.Branch < 530 ? "v11" : driver.Branch < 575 ? "v12" : "v13") + ".dtd\">\n" + text + "\n";
    }

    private static IEnumerable<SmiNode> Nodes(SimulatedGuest guest, NvidiaPackage driver, GuestPciDevice gpu)
    {
        yield return Line("Product Name", "product_name", NameOf(gpu));
        yield return Line("Product Brand", "product_brand", gpu.Vgpu is null ? gpu.Card.Name.StartsWith("Tesla", StringComparison.Ordinal) ? "Tesla" : "NVIDIA" : driver.Branch < 470 ? "Grid" : "NVIDIA RTX Virtual Workstation");
        yield return Line("Persistence Mode", "persistence_mode", "Disabled");
        yield return Line("GPU UUID", "uuid", UuidOf(guest, gpu));
        yield return Group("GPU Virtualization Mode", "gpu_virtualization_mode", Line("Virtualization Mode", "virtualization_mode", guest.State<GuestOrders>().VirtualizationMode ?? (gpu.Vgpu is null ? "Pass-Through" : "VGPU")));
        foreach (SmiNode node in LicenseNodes(guest, driver))
        {
            yield return node;
        }

        yield return Group("PCI", "pci", Line("Bus Id", "pci_bus_id", BusId(gpu)));
        int total = MemoryOf(gpu);
        int used = Used(guest);
        yield return Group(
            "FB Memory Usage",
            "fb_memory_usage",
            Line("Total", "total", total.ToString(CultureInfo.InvariantCulture) + " MiB"),
            Line("Used", "used", used.ToString(CultureInfo.InvariantCulture) + " MiB"),
            Line("Free", "free", (total - used).ToString(CultureInfo.InvariantCulture) + " MiB"));
        yield return Group("Utilization", "utilization", Line("Gpu", "gpu_util", "0 %"));
        GuestProcess[] processes = guest.State<GuestNvidia>().Users(guest).ToArray();
        yield return processes.Length == 0
            ? Line("Processes", "processes", "None")
            : Group("Processes", "processes", processes.Select(process => Group(
                null,
                "process_info",
                Line(null, "pid", process.Pid.ToString(CultureInfo.InvariantCulture)),
                Line(null, "type", process.Name is "Xorg" or "X" ? "G" : "C"),
                Line(null, "process_name", process.Name),
                Line(null, "used_memory", "512 MiB"))).ToArray());
    }

    private static IEnumerable<SmiNode> LicenseNodes(SimulatedGuest guest, NvidiaPackage driver)
    {
        GuestLicense license = guest.State<GuestLicense>();
        if (license.Status(guest) is { } status)
        {
            // Of the legacy server it was called GRID until vGPU 10.
            (string title, string name) = driver.Branch < 440 ? ("GRID Licensed Product", "grid_licensed_product") : ("vGPU Software Licensed Product", "vgpu_software_licensed_product");
            yield return Group(title, name, Line("Product Name", "licensed_product_name", license.ProductName(guest)), Line("License Status", "license_status", status));
        }
    }

    private static string Table(SimulatedGuest guest, NvidiaPackage driver, IReadOnlyList<GuestPciDevice> gpus, string time)
    {
        StringBuilder text = new(time + "\n");
        string cuda = driver.Cuda is { } version ? "CUDA Version: " + version : string.Empty;
        text.Append("+-----------------------------------------------------------------------------+\n");
        text.Append("| ").Append(("NVIDIA-SMI " + driver.Version).PadRight(24)).Append(("Driver Version: " + driver.Version).PadRight(30)).Append(cuda.PadRight(21)).Append(" |\n");
        text.Append("|-------------------------------+----------------------+----------------------+\n");
        text.Append("| GPU  Name        Persistence-M| Bus-Id        Disp.A | Volatile Uncorr. ECC |\n");
        text.Append("| Fan  Temp  Perf  Pwr:Usage/Cap|         Memory-Usage | GPU-Util  Compute M. |\n");
        text.Append("|===============================+======================+======================|\n");
        for (int i = 0; i < gpus.Count; i++)
        {
            text.Append(string.Format(CultureInfo.InvariantCulture, "| {0,3}  {1,-20} {2,3}  | {3,-16} {4,3} | {5,20} |\n", i, Cut(NameOf(gpus[i]), 20), "Off", BusId(gpus[i]), "Off", gpus[i].Vgpu is null ? "0" : "N/A"));
            text.Append(string.Format(CultureInfo.InvariantCulture, "| N/A   38C    P0    30W / 250W | {0,20} | {1,20} |\n", Used(guest) + "MiB / " + MemoryOf(gpus[i]) + "MiB", "0%      Default"));
            text.Append("+-------------------------------+----------------------+----------------------+\n");
        }

        text.Append("\n+-----------------------------------------------------------------------------+\n| Processes:                                                                  |\n");
        text.Append("|  GPU   GI   CI        PID   Type   Process name                  GPU Memory |\n|=============================================================================|\n");
        GuestProcess[] processes = guest.State<GuestNvidia>().Users(guest).ToArray();
        foreach (GuestProcess process in processes)
        {
            text.Append(string.Format(CultureInfo.InvariantCulture, "|    0   N/A  N/A {0,9}      C   {1,-30} 512MiB |\n", process.Pid, Cut(process.Name, 30)));
        }

        if (processes.Length == 0)
        {
            text.Append("|  No running processes found                                                 |\n");
        }

        return text.Append("+-----------------------------------------------------------------------------+\n").ToString();
    }

    private static int Used(SimulatedGuest guest) => guest.State<GuestNvidia>().Users(guest).Count * 512;

    private static string BusId(GuestPciDevice gpu) => "0000" + gpu.Address.ToUpperInvariant();

    private static string Cut(string text, int length) => text.Length <= length ? text : text.Substring(0, length - 3) + "...";
}

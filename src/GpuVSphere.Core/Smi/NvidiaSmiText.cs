using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Inventory;

namespace GpuVSphere.Smi;

/// <summary>
/// What nvidia-smi writes, in each of the forms that an admin meets: <c>-q -x</c>, <c>-q</c> (also what grep left of it), the table without
/// arguments, <c>-L</c>, <c>vgpu</c>, <c>vgpu -q</c>, <c>vgpu -s</c> and <c>-c</c>, <c>mig -lgi</c> and <c>-lgip</c>. Indentation and column widths do
/// not matter, since pages and mails lose them.
/// </summary>
public static class NvidiaSmiText
{
    private static readonly Regex s_gpuLine = new(@"^GPU (?<address>[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-9A-Fa-f])$", RegexOptions.CultureInvariant);
    private static readonly Regex s_listed = new(@"^GPU (?<index>\d+): (?<name>.+) \(UUID: (?<uuid>[^)]+)\)", RegexOptions.CultureInvariant);
    private static readonly Regex s_migInstance = new(@"^(?<gpu>\d+)\s+MIG\s+(?<profile>\S+)\s+(?<profileId>\d+)\s+(?<id>\d+)\s+(?<start>\d+):(?<size>\d+)$", RegexOptions.CultureInvariant);
    private static readonly Regex s_migProfile = new(@"^(?<gpu>\d+)\s+MIG\s+(?<profile>\S+)\s+(?<id>\d+)\s+(?<free>\d+)/(?<total>\d+)\s+(?<memory>[\d.]+)\b", RegexOptions.CultureInvariant);
    private static readonly Regex s_driver = new(@"Driver Version:\s*(?<version>[\d.]+)", RegexOptions.CultureInvariant);
    private static readonly Regex s_cuda = new(@"CUDA Version:\s*(?<version>[\d.]+)", RegexOptions.CultureInvariant);
    private static readonly Regex s_memory = new(@"(?<used>\d+)MiB\s*/\s*(?<total>\d+)MiB", RegexOptions.CultureInvariant);
    private static readonly Regex s_temperature = new(@"(?<![\d.])(?<value>\d+)C\b", RegexOptions.CultureInvariant);
    private static readonly Regex s_power = new(@"(?<value>[\d.]+)W\s*/", RegexOptions.CultureInvariant);
    private static readonly Regex s_percent = new(@"^(?<value>\d+)\s*%", RegexOptions.CultureInvariant);

    /// <summary>Reads a report of GPUs in any form.</summary>
    /// <param name="text">What nvidia-smi wrote.</param>
    /// <exception cref="GpuVSphereException">NvidiaSmiNotUnderstood: it is none of the forms.</exception>
    public static NvidiaSmiReport Read(string text)
    {
        if (text.IndexOf("<nvidia_smi_log", StringComparison.Ordinal) >= 0)
        {
            return NvidiaSmiXml.Read(text);
        }

        string[] lines = Lines(text);
        return lines.Any(line => line.StartsWith("|", StringComparison.Ordinal)) ? ReadTable(text, lines)
            : lines.Any(line => KeyOf(line) is "vGPU ID" or "Active vGPUs") ? new NvidiaSmiReport { Text = text, Gpus = ReadVgpuQuery(lines) }
            : lines.Any(s_listed.IsMatch) ? new NvidiaSmiReport { Text = text, Gpus = ReadList(lines) }
            : lines.Any(line => KeyOf(line) is { } key && (Is(key, "Product Name") || Is(key, "Virtualization Mode") || Is(key, "Driver Version"))) ? ReadQuery(text, lines)
            : throw NotUnderstood(text, null, null);
    }

    /// <summary>Reads the types that <c>nvidia-smi vgpu -s</c> (supported) or <c>-c</c> (can be started now) lists, with <c>-v</c> or without.</summary>
    /// <param name="text">What nvidia-smi wrote.</param>
    public static IReadOnlyList<NvidiaSmiVgpuType> ReadVgpuTypes(string text)
    {
        List<NvidiaSmiVgpuType> types = [];
        PciAddress? gpu = null;
        SmiFields? fields = null;
        void End()
        {
            if (fields?.Text("name") is { } name)
            {
                types.Add(new NvidiaSmiVgpuType
                {
                    Address = gpu,
                    Name = name,
                    TypeId = fields.Text("vgpu type id"),
                    MaxInstances = fields.Number("max instances"),
                    MemoryMB = fields.Number("fb memory"),
                    License = fields.Text("grid license", "vgpu license"),
                });
            }

            fields = null;
        }

        foreach (string line in Lines(text))
        {
            if (GpuOf(line) is { } address)
            {
                End();
                gpu = address;
            }
            else if (KeyOf(line) is { } key)
            {
                if (Is(key, "vGPU Type ID"))
                {
                    End();
                    fields = new SmiFields();
                }

                fields?.Set(key, ValueOf(line));
            }
            else if (gpu is not null && fields is null && !SmiFields.IsNothing(line))
            {
                types.Add(new NvidiaSmiVgpuType { Address = gpu, Name = line });
            }
        }

        End();
        return types;
    }

    /// <summary>Reads the GPU instances that <c>nvidia-smi mig -lgi</c> lists, by the driver's number of the GPU.</summary>
    /// <param name="text">What nvidia-smi wrote; that there are none is an empty list.</param>
    public static IReadOnlyList<(int Gpu, MigInstance Instance)> ReadMigInstances(string text) =>
    [
        .. Cells(text).Select(cells => s_migInstance.Match(cells[0])).Where(match => match.Success).Select(match => (
            Int(match, "gpu"),
            new MigInstance(Int(match, "id"), match.Groups["profile"].Value, Int(match, "profileId"), Int(match, "start"), Int(match, "size")))),
    ];

    /// <summary>Reads the profiles that <c>nvidia-smi mig -lgip</c> lists, by the driver's number of the GPU.</summary>
    /// <param name="text">What nvidia-smi wrote.</param>
    public static IReadOnlyList<(int Gpu, MigProfile Profile)> ReadMigProfiles(string text) =>
    [
        .. Cells(text).Select(cells => s_migProfile.Match(cells[0])).Where(match => match.Success).Select(match => (
            Int(match, "gpu"),
            new MigProfile(
                match.Groups["profile"].Value,
                Int(match, "id"),
                Int(match, "free"),
                Int(match, "total"),
                double.Parse(match.Groups["memory"].Value, NumberStyles.Float, CultureInfo.InvariantCulture)))),
    ];

    internal static GpuVSphereException NotUnderstood(string text, string? why, Exception? inner)
    {
        string first = Lines(text).FirstOrDefault() ?? string.Empty;
        return new GpuVSphereException(
            "NvidiaSmiNotUnderstood",
            GpuErrorCategory.InvalidData,
            $"What nvidia-smi wrote was not understood{(why is null ? string.Empty : " (" + why + ")")}: {(first.Length == 0 ? "it wrote nothing." : "'" + (first.Length > 120 ? first.Substring(0, 120) + "..." : first) + "'")}",
            null,
            "Get-NvidiaSmi -Raw gives the text as it came.",
            inner);
    }

    private static NvidiaSmiReport ReadQuery(string text, string[] lines)
    {
        SmiFields head = new();
        List<(string? Address, SmiFields Fields)> gpus = [];
        string section = string.Empty;
        bool isCut = !lines.Any(line => GpuOf(line) is not null);
        foreach (string line in lines)
        {
            if (GpuOf(line) is not null)
            {
                gpus.Add((line.Substring(4), new SmiFields()));
                section = string.Empty;
                continue;
            }

            if (KeyOf(line) is not { } key)
            {
                // grep leaves no line that names the GPU: its headline then begins the next one.
                if (isCut && Is(line, "GPU Virtualization Mode"))
                {
                    gpus.Add((null, new SmiFields()));
                }

                section = line;
                continue;
            }

            if (isCut && gpus.Count == 0 && Is(key, "Virtualization Mode"))
            {
                gpus.Add((null, new SmiFields()));
            }

            SmiFields fields = gpus.Count > 0 ? gpus[gpus.Count - 1].Fields : head;
            fields.Set(key, ValueOf(line));
            fields.Set(section + "/" + key, ValueOf(line));
        }

        string? driver = head.Text("driver version");
        return new NvidiaSmiReport
        {
            Text = text,
            Timestamp = head.Text("timestamp"),
            DriverVersion = driver,
            CudaVersion = head.Text("cuda version"),
            Gpus = [.. gpus.Select((gpu, index) => gpu.Fields.ToGpu(index, gpu.Address, driver))],
        };
    }

    private static IReadOnlyList<NvidiaSmiGpu> ReadVgpuQuery(string[] lines)
    {
        List<(PciAddress? Address, List<(string Id, SmiFields Fields)> Vgpus)> gpus = [];
        string section = string.Empty;
        foreach (string line in lines)
        {
            if (GpuOf(line) is { } address)
            {
                gpus.Add((address, []));
                continue;
            }

            if (KeyOf(line) is not { } key)
            {
                section = line;
                continue;
            }

            if (gpus.Count == 0)
            {
                gpus.Add((null, []));
            }

            List<(string Id, SmiFields Fields)> vgpus = gpus[gpus.Count - 1].Vgpus;
            if (Is(key, "vGPU ID"))
            {
                vgpus.Add((ValueOf(line), new SmiFields()));
                section = string.Empty;
            }
            else if (vgpus.Count > 0)
            {
                SmiFields fields = vgpus[vgpus.Count - 1].Fields;
                fields.Set(section.Length == 0 ? key : section + "/" + key, ValueOf(line));
            }
        }

        return [.. gpus.Select((gpu, index) => new NvidiaSmiGpu
        {
            Index = index,
            Address = gpu.Address,
            Vgpus = [.. gpu.Vgpus.Select(vgpu => vgpu.Fields.ToVgpu(vgpu.Id))],
        })];
    }

    private static IReadOnlyList<NvidiaSmiGpu> ReadList(string[] lines) =>
    [
        .. lines.Select(line => s_listed.Match(line)).Where(match => match.Success).Select(match => new NvidiaSmiGpu
        {
            Index = Int(match, "index"),
            Name = match.Groups["name"].Value,
            Uuid = match.Groups["uuid"].Value,
        }),
    ];

    private static NvidiaSmiReport ReadTable(string text, string[] lines)
    {
        List<NvidiaSmiGpu> gpus = [];
        int row = 0;
        Match driver = s_driver.Match(text);
        Match cuda = s_cuda.Match(text);
        foreach (string line in lines)
        {
            if (!line.StartsWith("|", StringComparison.Ordinal))
            {
                row = 0;
                continue;
            }

            string[] cells = CellsOf(line);
            if (cells.Any(cell => cell.StartsWith("Processes", StringComparison.Ordinal)))
            {
                break;
            }

            string[] second = cells.Length == 3 ? Words(cells[1]) : [];
            if (second.Length > 0 && PciAddress.TryParse(second[0], out PciAddress address) && Words(cells[0]) is { Length: > 1 } first
                && int.TryParse(first[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            {
                // The vGPU table has the address alone in its cell, the other one says whether a display is attached.
                bool isVgpuTable = second.Length == 1;
                string[] name = isVgpuTable || first[first.Length - 1] is not ("On" or "Off") ? [.. first.Skip(1)] : [.. first.Skip(1).Take(first.Length - 2)];
                gpus.Add(new NvidiaSmiGpu
                {
                    Index = index,
                    Address = address,
                    Name = string.Join(" ", name),
                    DriverVersion = driver.Success ? driver.Groups["version"].Value : null,
                    EccCurrent = isVgpuTable ? null : cells[2] is "Off" ? false : SmiFields.IsNothing(cells[2]) ? null : true,
                    UtilizationPercent = isVgpuTable ? Percent(cells[2]) : null,
                });
                row = 1;
            }
            else if (cells.Length == 3 && gpus.Count > 0)
            {
                NvidiaSmiGpu gpu = gpus[gpus.Count - 1];
                gpus[gpus.Count - 1] = s_memory.IsMatch(cells[1]) ? WithUsage(gpu, cells)
                    : row == 2 && cells[0].Length == 0 ? gpu with { MigCurrent = SmiFields.ReadSwitch(cells[2].TrimEnd('*')), MigPending = MigPending(cells[2]) }
                    : Words(cells[0]) is { Length: > 1 } vgpu && vgpu[0].All(char.IsDigit) ? gpu with { Vgpus = [.. gpu.Vgpus, VgpuOf(vgpu, second, cells[2])] }
                    : gpu;
                row++;
            }
        }

        return new NvidiaSmiReport
        {
            Text = text,
            Timestamp = lines.FirstOrDefault(line => Regex.IsMatch(line, @"^\w{3} \w{3} +\d+ [\d:]+ \d{4}$")),
            DriverVersion = driver.Success ? driver.Groups["version"].Value : null,
            CudaVersion = cuda.Success ? cuda.Groups["version"].Value : null,
            Gpus = gpus,
        };
    }

    private static NvidiaSmiGpu WithUsage(NvidiaSmiGpu gpu, string[] cells)
    {
        Match memory = s_memory.Match(cells[1]);
        Match temperature = s_temperature.Match(cells[0]);
        Match power = s_power.Match(cells[0]);
        return gpu with
        {
            MemoryUsedMB = Int(memory, "used"),
            MemoryTotalMB = Int(memory, "total"),
            TemperatureC = temperature.Success ? Int(temperature, "value") : null,
            PowerDrawW = power.Success ? double.Parse(power.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture) : null,
            UtilizationPercent = Percent(cells[2]),
        };
    }

    // A star says that the mode changes with the next reset.
    private static bool? MigPending(string text) =>
        SmiFields.ReadSwitch(text.TrimEnd('*')) is { } current ? text.EndsWith("*", StringComparison.Ordinal) ? !current : current : null;

    private static NvidiaSmiVgpu VgpuOf(string[] vgpu, string[] vm, string utilization) => new()
    {
        Id = vgpu[0],
        Name = string.Join(" ", vgpu.Skip(1)),
        VmId = vm.Length > 0 ? vm[0] : null,
        VmName = vm.Length > 1 ? string.Join(" ", vm.Skip(1)) : null,
        UtilizationPercent = Percent(utilization),
    };

    private static int? Percent(string text) => s_percent.Match(text) is { Success: true } match ? Int(match, "value") : null;

    private static int Int(Match match, string group) => int.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;

    // A note of whoever kept the text, and the prompt of who typed the command, are no part of it.
    private static string[] Lines(string text) =>
        [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] is not ('#' or '[') && !line.StartsWith("==", StringComparison.Ordinal))];

    private static IEnumerable<string[]> Cells(string text) => Lines(text).Where(line => line.StartsWith("|", StringComparison.Ordinal)).Select(CellsOf).Where(cells => cells.Length > 0);

    private static string[] CellsOf(string line) => [.. line.Trim('|').Split('|').Select(cell => cell.Trim())];

    private static string[] Words(string text) => text.Split([' '], StringSplitOptions.RemoveEmptyEntries);

    private static PciAddress? GpuOf(string line) =>
        s_gpuLine.Match(line) is { Success: true } match && PciAddress.TryParse(match.Groups["address"].Value, out PciAddress address) ? address : null;

    private static string? KeyOf(string line)
    {
        int colon = line.IndexOf(':');
        return colon > 0 && s_gpuLine.IsMatch(line) == false && !s_listed.IsMatch(line) ? line.Substring(0, colon).TrimEnd() : null;
    }

    private static string ValueOf(string line) => line.Substring(line.IndexOf(':') + 1).Trim();

    private static bool Is(string text, string other) => string.Equals(text, other, StringComparison.OrdinalIgnoreCase);
}

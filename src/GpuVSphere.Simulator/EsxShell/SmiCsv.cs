using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using GpuVSphere.Shell;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary><c>nvidia-smi --query-gpu=... --format=csv</c>.</summary>
internal static class SmiCsv
{
    public static ShellResult Run(string timestamp, int count, IReadOnlyList<SmiGpu> gpus, string[] fields, string[] format)
    {
        if (!format.Contains("csv"))
        {
            return ShellCall.Says("\"--format=\" switch is missing. \"csv\" is the only format it knows.", 2);
        }

        StringBuilder text = new();
        if (!format.Contains("noheader"))
        {
            text.Append(string.Join(", ", fields.Select(Header))).Append('\n');
        }

        foreach (SmiGpu gpu in gpus)
        {
            List<string> values = [];
            foreach (string field in fields)
            {
                if (Value(field.Trim(), gpu, timestamp, count) is not { } value)
                {
                    return ShellCall.Says("Field \"" + field + "\" is not a valid field to query.\n", 2);
                }

                string unit = Unit(field.Trim());
                values.Add(unit.Length > 0 && !format.Contains("nounits") && value != "[N/A]" ? value + " " + unit : value);
            }

            text.Append(string.Join(", ", values)).Append('\n');
        }

        return ShellCall.Says(text.ToString());
    }

    private static string Header(string field) => Unit(field.Trim()) is { Length: > 0 } unit ? field.Trim() + " [" + unit + "]" : field.Trim();

    private static string Unit(string field) =>
        field.StartsWith("memory.", StringComparison.Ordinal) ? "MiB"
        : field.StartsWith("utilization.", StringComparison.Ordinal) ? "%"
        : field.StartsWith("power.", StringComparison.Ordinal) ? "W"
        : string.Empty;

    private static string? Value(string field, SmiGpu gpu, string timestamp, int count)
    {
        return field switch
        {
            "timestamp" => timestamp,
            "driver_version" => gpu.Driver.Version,
            "count" => Number(count),
            "index" => Number(gpu.Index),
            "name" or "gpu_name" => gpu.Card.Name,
            "uuid" or "gpu_uuid" => gpu.Uuid,
            "serial" or "gpu_serial" => gpu.Serial,
            "pci.bus_id" or "gpu_bus_id" => gpu.BusId,
            "pci.device_id" => string.Format(CultureInfo.InvariantCulture, "0x{0:X4}{1:X4}", gpu.Card.DeviceId, gpu.Card.VendorId),
            "persistence_mode" => "Enabled",
            "compute_mode" => "Default",
            "pstate" => gpu.Vgpus.Count > 0 ? "P0" : "P8",
            "memory.total" => Number(gpu.TotalMB),
            "memory.used" => Number(gpu.UsedMB),
            "memory.free" => Number(gpu.FreeMB),
            "utilization.gpu" or "utilization.memory" => "0",
            "temperature.gpu" => Number(gpu.TemperatureC),
            "power.draw" => Number(gpu.PowerW) + ".00",
            "power.limit" => Number(gpu.PowerLimitW) + ".00",
            "ecc.mode.current" => Known(gpu.EccCurrent),
            "ecc.mode.pending" => Known(gpu.EccPending),
            "mig.mode.current" => Known(gpu.MigCurrent),
            "mig.mode.pending" => Known(gpu.MigPending),
            _ => null,
        };

        static string Known(string value) => value == "N/A" ? "[N/A]" : value;

        static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
    }
}

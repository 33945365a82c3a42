using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>nvidia-smi on a simulated host.</summary>
internal sealed class NvidiaSmi(ShellCall call)
{
    private const int Failed = 9;
    private const int NotFound = 6;
    private const int InvalidArgument = 2;

    private readonly HostSystem _host = call.Host;

    /// <summary>Runs it, under the gate.</summary>
    public ShellResult Run()
    {
        if (GpuDriver.Of(_host) is not { } driver)
        {
            return ShellCall.Says("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n", Failed);
        }

        IReadOnlyList<SmiGpu> all = SmiGpu.Visible(_host);
        if (all.Count == 0)
        {
            return ShellCall.Says("No devices were found", NotFound);
        }

        string? subcommand = call.Arguments.FirstOrDefault() is "vgpu" or "mig" ? call.Arguments[0] : null;
        SmiOptions options = new(subcommand is null ? call.Arguments : call.Arguments.Skip(1).ToList());
        IReadOnlyList<SmiGpu> chosen = all;
        if (options["-i", "--id"] is { } ids)
        {
            chosen = ids.Split(',').Select(id => all.FirstOrDefault(gpu => gpu.Is(id))!).Where(gpu => gpu is not null).ToList();
            if (chosen.Count < ids.Split(',').Length)
            {
                return ShellCall.Says("No devices were found", NotFound);
            }
        }

        return subcommand switch
        {
            "vgpu" => options.Unknown("-i", "--id", "-q", "--query", "-s", "--supported", "-c", "--creatable", "-v", "--verbose", "set-scheduler-state", "get-scheduler-state", "-p", "-a", "-ts") is { } word
                ? Invalid(word) : SmiVgpuCommand.Run(Timestamp(), driver, chosen, options, call.Inventory.Options.TellsSchedulerState),
            "mig" => options.Unknown("-i", "--id", "-lgip", "-lgi", "-cgi", "-C", "-lci", "-cci", "-dgi", "-dci", "-gi", "-ci") is { } word
                ? Invalid(word) : SmiMigCommand.Run(chosen, options),
            _ => Main(driver, all, chosen, options),
        };
    }

    private static ShellResult Invalid(string word) =>
        ShellCall.Says("Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n\nUnrecognized: " + word, InvalidArgument);

    private ShellResult Main(GpuDriver driver, IReadOnlyList<SmiGpu> all, IReadOnlyList<SmiGpu> chosen, SmiOptions options)
    {
        if (options.Unknown("-i", "--id", "-q", "--query", "-x", "--xml-format", "-L", "--list-gpus", "-d", "--display", "-e", "--ecc-config", "-mig", "--multi-instance-gpu", "--query-gpu", "--format") is { } word)
        {
            return Invalid(word);
        }

        if (options["--query-gpu"] is { } fields)
        {
            return SmiCsv.Run(Timestamp(), all.Count, chosen, fields.Split(','), options["--format"]?.Split(',') ?? []);
        }

        if (options.Has("-e", "--ecc-config"))
        {
            return options["-e", "--ecc-config"] is "0" or "DISABLED" or "1" or "ENABLED" ? SetEcc(chosen, options["-e", "--ecc-config"] is "1" or "ENABLED") : Invalid("-e");
        }

        if (options.Has("-mig", "--multi-instance-gpu"))
        {
            return options["-mig", "--multi-instance-gpu"] is "0" or "DISABLED" or "1" or "ENABLED" ? SetMig(chosen, options["-mig", "--multi-instance-gpu"] is "1" or "ENABLED") : Invalid("-mig");
        }

        if (options.Has("-L", "--list-gpus"))
        {
            return ShellCall.Says(string.Concat(chosen.Select(gpu => string.Format(CultureInfo.InvariantCulture, "GPU {0}: {1} (UUID: {2})\n", gpu.Index, gpu.Card.Name, gpu.Uuid))));
        }

        return !options.Has("-q", "--query") ? ShellCall.Says(SmiTables.Gpus(Timestamp(), driver, chosen))
            : options.Has("-x", "--xml-format") ? ShellCall.Says(SmiReport.Xml(Timestamp(), driver, all, chosen))
            : ShellCall.Says(SmiReport.Text(Timestamp(), driver, all, chosen, options["-d", "--display"]?.ToUpperInvariant().Split(',') ?? []));
    }

    /// <summary>samples/nvidia-smi-e-0-ecc-disabled.txt; the line of a GPU that needs no change is UNCONFIRMED.</summary>
    private ShellResult SetEcc(IReadOnlyList<SmiGpu> gpus, bool isOn)
    {
        StringBuilder text = new();
        bool hasChanged = false;
        foreach (SmiGpu gpu in gpus)
        {
            if (!gpu.State.HasEcc)
            {
                text.Append("ECC configuration is not supported for GPU ").Append(gpu.BusId).Append(".\nTreating as warning and moving on.\n");
            }
            else if (gpu.State.WillEccBeOn == isOn)
            {
                text.Append("ECC support is already ").Append(isOn ? "Enabled" : "Disabled").Append(" for GPU ").Append(gpu.BusId).Append(".\n");
            }
            else
            {
                gpu.State.WillEccBeOn = isOn;
                hasChanged = true;
                text.Append(isOn ? "Enabled" : "Disabled").Append(" ECC support for GPU ").Append(gpu.BusId).Append(".\n");
            }
        }

        text.Append("All done.\n");
        return ShellCall.Says(hasChanged ? text.Append("Reboot required.\n").ToString() : text.ToString());
    }

    /// <summary>The mode is in force at once, or pending until the GPU is reset: with a vGPU on it always, else as the option says.</summary>
    private ShellResult SetMig(IReadOnlyList<SmiGpu> gpus, bool isOn)
    {
        StringBuilder text = new();
        foreach (SmiGpu gpu in gpus)
        {
            string mode = isOn ? "enable" : "disable";
            if (!gpu.Card.IsMigCapable)
            {
                text.Append("Unable to ").Append(mode).Append(" MIG Mode for GPU ").Append(gpu.BusId).Append(": Not Supported\nTreating as warning and moving on.\n");
                continue;
            }

            gpu.State.WillMigBeOn = isOn;
            bool isBusy = gpu.Vgpus.Count > 0 || gpu.State.Instances.Count > 0;
            if (gpu.State.IsMigOn != isOn && (isBusy || call.Inventory.Options.MigNeedsReboot))
            {
                text.Append("Warning: MIG mode is in pending ").Append(mode).Append(" state for GPU ").Append(gpu.BusId).Append(":In use by another client\n")
                    .Append(gpu.BusId).Append(" is currently being used by one or more other processes. Please first kill all processes using the device and retry the command or reboot the system to make MIG mode effective.\n");
                continue;
            }

            gpu.State.IsMigOn = isOn;
            text.Append(isOn ? "Enabled" : "Disabled").Append(" MIG Mode for GPU ").Append(gpu.BusId).Append('\n');
        }

        _host.DevicesChanged();
        return ShellCall.Says(text.Append("All done.\n").ToString());
    }

    private string Timestamp() => call.Inventory.Now.UtcDateTime.ToString("ddd MMM d HH:mm:ss yyyy", CultureInfo.InvariantCulture);
}

using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Model.Software;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// esxcli system module (facts: vim25-gpu.md 8, the scheduler's parameters). The module nvidia is there with the driver alone, and takes its
/// parameters when it is loaded. The type names, and the words of the refusals, are UNCONFIRMED.
/// </summary>
internal static class EsxCliModules
{
    private static readonly string[] s_ownModules = ["vmkernel", "i40en", "lsi_mr3"];

    /// <summary>The parameters of the module nvidia that a list shows: those that vGPU hosts are given.</summary>
    private static readonly (string Name, string Type, string Description)[] s_parameters =
    [
        ("NVreg_EnableMSI", "int", "Whether the driver uses message signalled interrupts."),
        ("NVreg_RegistryDwords", "string", "Registry keys of the driver, as name=value pairs between semicolons."),
        ("NVreg_RegistryDwordsPerDevice", "string", "Registry keys of single GPUs."),
        ("NVreg_ResmanDebugLevel", "int", "How much the driver logs."),
    ];

    public static IEnumerable<EsxCliCommand> CommandsOf(HostSystem host, object gate)
    {
        EsxCliParameter module = new("module", ["--module", "-m"], "The name of the module.", IsRequired: true);
        yield return HostCommand.Of(
            host, gate, "system.module", "list", "Module", "table", _ => Wire.List(Modules(host).Select(name => Wire.Of(string.Empty).With("Name", name).With("IsLoaded", IsLoaded(host, name)).With("IsEnabled", true))), "Name", "IsLoaded", "IsEnabled");
        yield return HostCommand.Of(host, gate, "system.module.parameters", "list", "ModuleParameter", "table", call => List(host, call), "Name", "Type", "Value", "Description", module);
        yield return HostCommand.Of(
            host, gate, "system.module.parameters", "set", "Result", "simple", call => Set(host, call), module,
            new EsxCliParameter("parameterstring", ["--parameter-string", "-p"], "The parameters: name=value, between blanks.", IsRequired: true),
            new EsxCliParameter("append", ["--append", "-a"], "Keep the parameters that are not named.", IsFlag: true),
            new EsxCliParameter("force", ["--force", "-f"], "Take names that the module does not know.", IsFlag: true));
    }

    private static IEnumerable<string> Modules(HostSystem host) => host.Software.HasNvidiaModule ? s_ownModules.Concat([HostSoftware.NvidiaModule]) : s_ownModules;

    private static bool IsLoaded(HostSystem host, string name) => name != HostSoftware.NvidiaModule || host.Software.IsNvidiaLoaded;

    private static string Module(HostSystem host, EsxCliCall call)
    {
        string name = call["module"]!;
        return Modules(host).Contains(name) || !host.Inventory.Refusals.Has(Refusal.UnknownModule)
            ? name
            : throw new EsxCliFault("Unable to find the module " + name + ".");
    }

    private static object List(HostSystem host, EsxCliCall call)
    {
        if (Module(host, call) != HostSoftware.NvidiaModule)
        {
            return Wire.List([]);
        }

        Dictionary<string, string> values = Read(host.Software.ModuleParameters.TryGetValue(HostSoftware.NvidiaModule, out string? set) ? set : string.Empty);
        return Wire.List(s_parameters.Select(parameter => Wire.Of(string.Empty)
            .With("Name", parameter.Name)
            .With("Type", parameter.Type)
            .With("Value", values.TryGetValue(parameter.Name, out string? value) ? value : string.Empty)
            .With("Description", parameter.Description)));
    }

    private static bool Set(HostSystem host, EsxCliCall call)
    {
        string module = Module(host, call);
        Dictionary<string, string> values = Read(call["parameterstring"] ?? string.Empty);
        string[] unknown = values.Keys.Where(name => module != HostSoftware.NvidiaModule || !name.StartsWith("NVreg_", StringComparison.Ordinal)).ToArray();
        if (unknown.Length > 0 && !call.Flag("force") && host.Inventory.Refusals.Has(Refusal.UnknownModuleParameter))
        {
            throw new EsxCliFault("Invalid parameters for the module " + module + ": " + string.Join(" ", unknown));
        }

        // Without --append the line takes the place of the one before: what is not named is set back.
        Dictionary<string, string> kept = call.Flag("append") && host.Software.ModuleParameters.TryGetValue(module, out string? before) ? Read(before) : [];
        foreach (KeyValuePair<string, string> value in values)
        {
            kept[value.Key] = value.Value;
        }

        host.Software.ModuleParameters[module] = string.Join(" ", kept.Select(pair => pair.Key + "=" + pair.Value));
        return true;
    }

    private static Dictionary<string, string> Read(string line)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (string word in line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = word.IndexOf('=');
            values[equals < 0 ? word : word.Substring(0, equals)] = equals < 0 ? string.Empty : word.Substring(equals + 1).Trim('"');
        }

        return values;
    }
}

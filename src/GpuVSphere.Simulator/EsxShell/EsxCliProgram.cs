using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>esxcli in the shell: the same commands as over SOAP, printed as the samples esxcli-*.txt have them.</summary>
internal static class EsxCliProgram
{
    public static async Task<ShellResult> RunAsync(ShellCall call, CancellationToken cancellationToken)
    {
        List<string> words = call.Arguments.TakeWhile(word => !word.StartsWith("-", StringComparison.Ordinal)).ToList();
        List<EsxCliCommand> commands = call.Inventory.EsxCliCommands(call.Host.Reference).ToList();
        string path = string.Join(".", words);
        if (commands.FirstOrDefault(each => each.Namespace + "." + each.Name == path) is not { } command)
        {
            return ShellCall.Fails("Error: Unknown command or namespace " + string.Join(" ", words));
        }

        Dictionary<string, IReadOnlyList<string>> arguments = [];
        if (Read(command, call.Arguments.Skip(words.Count).ToList(), arguments) is { } wrong)
        {
            return ShellCall.Fails(wrong);
        }

        try
        {
            object? result = await command.RunAsync(new EsxCliCall(call.Host.Reference, new SimulatedSession("shell", "root"), arguments), cancellationToken).ConfigureAwait(false);
            return ShellCall.Says(Print(command, result));
        }
        catch (EsxCliFault fault)
        {
            return ShellCall.Fails(string.Join("\n", fault.Messages.Select(message => " " + message)).Trim());
        }
    }

    private static string? Read(EsxCliCommand command, List<string> words, Dictionary<string, IReadOnlyList<string>> arguments)
    {
        for (int i = 0; i < words.Count; i++)
        {
            int equals = words[i].IndexOf('=');
            string option = equals < 0 ? words[i] : words[i].Substring(0, equals);
            if (command.Parameters.FirstOrDefault(each => each.Aliases.Contains(option)) is not { } parameter)
            {
                return "Error: Invalid option " + option;
            }

            if (!parameter.IsFlag && equals < 0 && i + 1 >= words.Count)
            {
                return "Error: Option " + option + " requires an argument";
            }

            string value = equals >= 0 ? words[i].Substring(equals + 1) : parameter.IsFlag ? "true" : words[++i];
            arguments[parameter.Name] = arguments.TryGetValue(parameter.Name, out IReadOnlyList<string>? before) ? [.. before, value] : [value];
        }

        return command.Parameters.FirstOrDefault(each => each.IsRequired && !arguments.ContainsKey(each.Name)) is { } missing
            ? "Error: Missing required parameter " + string.Join("|", missing.Aliases.Reverse())
            : null;
    }

    private static string Print(EsxCliCommand command, object? result)
    {
        switch (result)
        {
            case null or bool:
                return string.Empty;
            case string text:
                return text;
            case int or long:
                return Convert.ToString(result, CultureInfo.InvariantCulture)!;
            case DataObject data:
                return (command.Name is "install" or "update" or "remove" or "apply" ? "Installation Result\n" : string.Empty) + Fields(data, false);
            case IEnumerable<string> texts:
                return string.Join("\n", texts);
            default:
                List<DataObject> rows = ((IEnumerable)result).Cast<DataObject>().ToList();
                return command.Formatter == "table" ? Table(command, rows) : string.Join("\n", rows.Select(row => Value(row.Fields[0].Value) + "\n" + Fields(row, command.Namespace == "graphics.device")));
        }
    }

    private static string Fields(DataObject data, bool skipsFirst)
    {
        StringBuilder text = new();
        foreach (KeyValuePair<string, object?> field in data.Fields.Skip(skipsFirst ? 1 : 0).Where(field => field.Value is not null))
        {
            text.Append("   ").Append(Label(field.Key)).Append(": ").Append(Value(field.Value)).Append('\n');
        }

        return text.ToString();
    }

    private static string Table(EsxCliCommand command, List<DataObject> rows)
    {
        IReadOnlyList<string> columns = command.Columns;
        List<int> widths = columns.Select(column => Math.Max(Label(column).Length, rows.Count == 0 ? 0 : rows.Max(row => Value(row[column]).Length))).ToList();
        StringBuilder text = new();
        Line(columns.Select(Label), _ => false);
        Line(widths.Select(width => new string('-', width)), _ => false);
        foreach (DataObject row in rows)
        {
            Line(columns.Select(column => Value(row[column])), i => row[columns[i]] is bool or int or long);
        }

        return text.ToString();

        void Line(IEnumerable<string> cells, Func<int, bool> isRight) =>
            text.Append(string.Join("  ", cells.Select((cell, i) => isRight(i) ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd()).Append('\n');
    }

    private static string Value(object? value) => value switch
    {
        null => string.Empty,
        bool flag => flag ? "true" : "false",
        string text => text,
        IEnumerable values => string.Join(", ", values.Cast<object>().Select(Value)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>A field's name in words, as in samples/esxcli-hardware-pci-list-nic-and-passthru-hba.txt and esxcli-graphics-device-list-a100-basic.txt.</summary>
    private static string Label(string name) => Regex.Replace(name, "(?<=[a-z])(?=[A-Z])", " ")
        .Replace("Sub Vendor", "SubVendor").Replace("Sub Device", "SubDevice").Replace("Sizein", "Size in").Replace("Numberof", "Number of").Replace("FPTSharable", "FPT Sharable");
}

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

// esxcli through the host's managed method executer: no SSH, with or without vCenter.
public sealed partial class VimSession
{
    // The same for as long as vCenter knows the host, so that it is asked for once and not before every command.
    private readonly ConcurrentDictionary<ManagedObjectReference, ManagedObjectReference> _executers = new();

    /// <summary>Runs an esxcli command on a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="command">Namespace and command, such as <c>graphics host get</c> or <c>software vib list</c>.</param>
    /// <param name="arguments">
    /// The arguments by the names of the API (<c>defaulttype</c>, <c>vibname</c>), not by those of the command line; one that occurs several
    /// times is an array. Null for none.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; a command that began goes on.</param>
    /// <exception cref="GpuVSphereException">EsxCliFault: the host ran the command and refused. InvalidCommand: the text is not namespace and command.</exception>
    public async Task<EsxCliResult> EsxCliAsync(
        ManagedObjectReference host,
        string command,
        IEnumerable<KeyValuePair<string, string>>? arguments,
        CancellationToken cancellationToken)
    {
        string[] words = command.Split([' '], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || words.Any(word => !word.All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9'))))
        {
            throw new GpuVSphereException(
                "InvalidCommand",
                GpuErrorCategory.InvalidArgument,
                $"'{command}' is not an esxcli namespace and command.",
                command,
                "Give it as on the command line, without options: 'graphics host get'.");
        }

        bool isKnown = _executers.TryGetValue(host, out ManagedObjectReference executer);
        if (!isKnown)
        {
            executer = await ReadExecuterAsync(host, cancellationToken).ConfigureAwait(false);
        }

        VimElement? result;
        try
        {
            result = await ExecuteAsync(executer, words, arguments, cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException e) when (isKnown)
        {
            _executers.TryRemove(host, out _);
            if (e.FaultType != "ManagedObjectNotFound")
            {
                throw;
            }

            // The host was added to vCenter anew. Nothing was run.
            result = await ExecuteAsync(await ReadExecuterAsync(host, cancellationToken).ConfigureAwait(false), words, arguments, cancellationToken).ConfigureAwait(false);
        }

        if (result?["fault"] is VimElement fault)
        {
            throw EsxCliFault(host, command, fault);
        }

        string response = result?["response"]?.Text ?? string.Empty;
        return response.Trim().Length == 0 ? new EsxCliResult(command, [], string.Empty) : ParseEsxCli(command, response);
    }

    private async Task<ManagedObjectReference> ReadExecuterAsync(ManagedObjectReference host, CancellationToken cancellationToken)
    {
        ManagedObjectReference executer = await CallAsync(
            host, "RetrieveManagedMethodExecuter", null, value => value.Reference(), default, cancellationToken).ConfigureAwait(false);
        if (executer.IsEmpty)
        {
            throw new GpuVSphereException("EsxCliUnavailable", GpuErrorCategory.NotSupported, $"{host} offers no esxcli over the API.", host.ToString(), "Run the command over SSH.");
        }

        _executers[host] = executer;
        return executer;
    }

    private Task<VimElement?> ExecuteAsync(
        ManagedObjectReference executer, string[] words, IEnumerable<KeyValuePair<string, string>>? arguments, CancellationToken cancellationToken) =>
        CallAsync<VimElement?>(
            executer,
            "ExecuteSoap",
            writer =>
            {
                writer
                    .Element("moid", "ha-cli-handler-" + string.Join("-", words.Take(words.Length - 1)))
                    .Element("version", "urn:vim25/5.0")
                    .Element("method", "vim.EsxCLI." + string.Join(".", words));
                foreach (IGrouping<string, KeyValuePair<string, string>> argument in (arguments ?? []).GroupBy(pair => pair.Key))
                {
                    // The value is XML in a text: a fragment, escaped once more on the way.
                    string fragment = string.Concat(argument.Select(pair => Fragment(pair.Key, pair.Value)));
                    writer.Element("argument", item => item.Element("name", argument.Key).Element("val", fragment));
                }
            },
            value => value.Element(),
            null,
            cancellationToken);

    internal static EsxCliResult ParseEsxCli(string command, string response)
    {
        VimElement root = ParseFragment(response);
        if (root.XsiType is { } type && type.StartsWith("ArrayOf", StringComparison.Ordinal))
        {
            return root.Children.Any(child => child.Children.Count > 0)
                ? new EsxCliResult(command, [.. root.Children.Select(Row)], string.Empty)
                : new EsxCliResult(command, [], string.Join("\n", root.Children.Select(child => child.Text)));
        }

        return root.Children.Count > 0
            ? new EsxCliResult(command, [Row(root)], string.Empty)
            : new EsxCliResult(command, [], root.Text);
    }

    private static EsxCliRow Row(VimElement record)
    {
        Dictionary<string, List<string>> values = new(StringComparer.OrdinalIgnoreCase);
        foreach (VimElement field in record.Children)
        {
            if (!values.TryGetValue(field.Name, out List<string>? list))
            {
                values[field.Name] = list = [];
            }

            if (field.Children.Count == 0)
            {
                list.Add(field.Text);
            }
            else
            {
                list.AddRange(field.Children.Select(child => child.Text));
            }
        }

        return new EsxCliRow(values);
    }

    private static string Fragment(string name, string value)
    {
        VimWriter writer = new();
        writer.Element(name, value);
        return Encoding.UTF8.GetString(writer.ToArray());
    }

    private static VimElement ParseFragment(string text) => VimReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(text))).Element();

    private GpuVSphereException EsxCliFault(ManagedObjectReference host, string command, VimElement fault)
    {
        string message = fault["faultMsg"]?.Text ?? string.Empty;
        string detail = fault["faultDetail"]?.Text ?? string.Empty;
        if (detail.TrimStart().StartsWith("<", StringComparison.Ordinal))
        {
            try
            {
                string[] lines = [.. Messages(ParseFragment(detail))];
                detail = lines.Length > 0 ? string.Join(" ", lines) : detail;
            }
            catch (GpuVSphereException)
            {
                // Then as it came.
            }
        }

        string text = detail.Length > 0 ? detail : message;
        return new GpuVSphereException(
            "EsxCliFault",
            GpuErrorCategory.OperationFailed,
            $"{host}: esxcli {command} failed: {text.Trim()}",
            host.ToString(),
            text.IndexOf("could not be found", StringComparison.OrdinalIgnoreCase) >= 0 ? "This version of ESXi may not have the command, or what it was asked for is not there." : null);
    }

    private static IEnumerable<string> Messages(VimElement element)
    {
        foreach (VimElement child in element.Children)
        {
            if (child.Name == "errMsg")
            {
                yield return child.Text;
            }

            foreach (string message in Messages(child))
            {
                yield return message;
            }
        }
    }
}

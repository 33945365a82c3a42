using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using System.Xml;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>esxcli over SOAP: the managed method executer of each host, the description of the commands, and their results as XML in XML (facts: vim25-gpu.md section 7).</summary>
internal sealed class EsxCliGateway(SimulatedServer server)
{
    private const string Vim = "urn:vim25";
    private const string Xsi = "http://www.w3.org/2001/XMLSchema-instance";
    private const string Xsd = "http://www.w3.org/2001/XMLSchema";
    private const string CliInfo = "ha-dynamic-type-manager-local-cli-cliinfo";
    private const string Executer = "ManagedMethodExecuter";
    private const string TypeManager = "DynamicTypeManager";

    public bool Understands(MethodCall request) =>
        request.Self.Type is Executer or TypeManager
        || (request.Self.Type == "HostSystem" && request.Method is "RetrieveManagedMethodExecuter" or "RetrieveDynamicTypeManager");

    /// <summary>Called under the gate; the commands run without it.</summary>
    public Task<object?> InvokeAsync(MethodCall call, ManagedObject target, CancellationToken cancellationToken)
    {
        switch (call.Method)
        {
            case "RetrieveManagedMethodExecuter":
                CheckConnected(target);
                return Task.FromResult<object?>(Manager(Executer, target.Reference));
            case "RetrieveDynamicTypeManager":
                CheckConnected(target);
                return Task.FromResult<object?>(Manager(TypeManager, target.Reference));
            case "ExecuteSoap" when target is HostManager executer:
                CheckConnected(server.Find(executer.Entity) ?? throw SimulatedServer.NotFound(executer.Entity));
                return ExecuteAsync(call, executer.Entity, cancellationToken);
            case "DynamicTypeMgrQueryMoInstances" when target is HostManager types:
                return Task.FromResult<object?>(server.Model.EsxCliCommands(types.Entity).Select(command => command.Namespace).Distinct()
                    .Select(name => (object)new DataObject("DynamicTypeMgrMoInstance").With("id", Moid(name)).With("moType", "vim.EsxCLI." + name)).ToList());
            default:
                throw SimulatedServer.MethodNotFound(target.Reference, call.Method);
        }
    }

    private static string Moid(string commandNamespace) => "ha-cli-handler-" + commandNamespace.Replace('.', '-');

    private static string WsdlType(EsxCliCommand command) =>
        "VimEsxCLI" + (command.Namespace + "." + command.Name).Replace(".", string.Empty) + command.RowType;

    private static object Result(string? response, string? faultMessage = null, string? faultDetail = null) =>
        new DataObject("ReflectManagedMethodExecuterSoapResult")
            .With("response", response)
            .With("fault", faultMessage is null ? null : new DataObject("ReflectManagedMethodExecuterSoapFault").With("faultMsg", faultMessage).With("faultDetail", faultDetail));

    private static Dictionary<string, IReadOnlyList<string>> Arguments(MethodCall call)
    {
        Dictionary<string, IReadOnlyList<string>> arguments = new(StringComparer.Ordinal);
        foreach (DataObject argument in call.Arguments.Objects("argument"))
        {
            string name = argument.RequiredText("name");
            List<string> values = [];
            try
            {
                // The value is XML within the text of an element: one element for each value, without one around them.
                using XmlReader reader = XmlReader.Create(
                    new StringReader("<a>" + (argument.Text("val") ?? string.Empty) + "</a>"), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
                XmlDocument document = new() { XmlResolver = null, PreserveWhitespace = true };
                document.Load(reader);
                foreach (XmlNode value in document.DocumentElement!.ChildNodes)
                {
                    if (value is XmlElement element && element.LocalName == name)
                    {
                        values.Add(element.InnerText);
                    }
                }
            }
            catch (XmlException e)
            {
                throw new SimulatedFault("InvalidRequest", "The argument '" + name + "' is no XML: " + e.Message, "vim25-gpu.md 7: an argument is XML, escaped as text");
            }

            arguments[name] = values;
        }

        return arguments;
    }

    private static string Text(Action<XmlWriter> write)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture);
        using (XmlWriter xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("obj", Vim);
            xml.WriteAttributeString("xmlns", "xsd", null, Xsd);
            xml.WriteAttributeString("xmlns", "xsi", null, Xsi);
            xml.WriteAttributeString("versionId", "5.0");
            write(xml);
            xml.WriteEndElement();
        }

        return text.ToString();
    }

    private static string Serialise(EsxCliCommand command, object result) => Text(xml =>
    {
        switch (result)
        {
            case DataObject data:
                xml.WriteAttributeString("type", Xsi, data.TypeName.Length > 0 ? data.TypeName : WsdlType(command));
                Fields(xml, data);
                break;
            case string or bool or int or long:
                xml.WriteAttributeString("type", Xsi, result is string ? "xsd:string" : result is bool ? "xsd:boolean" : "xsd:long");
                xml.WriteString(Simple(result));
                break;
            case IEnumerable<string> texts:
                xml.WriteAttributeString("type", Xsi, "ArrayOfString");
                foreach (string text in texts)
                {
                    xml.WriteElementString("string", Vim, text);
                }

                break;
            case IEnumerable rows:
                xml.WriteAttributeString("type", Xsi, "ArrayOfDataObject");
                foreach (DataObject row in rows.Cast<DataObject>())
                {
                    xml.WriteStartElement("DataObject", Vim);
                    xml.WriteAttributeString("type", Xsi, row.TypeName.Length > 0 ? row.TypeName : WsdlType(command));
                    Fields(xml, row);
                    xml.WriteEndElement();
                }

                break;
            default:
                throw new InvalidOperationException("esxcli cannot give a " + result.GetType() + ".");
        }
    });

    private static void Fields(XmlWriter xml, DataObject data)
    {
        // The fields come in alphabetical order, and one with several values comes several times.
        foreach (KeyValuePair<string, object?> field in data.Fields.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            IEnumerable values = field.Value is IEnumerable and not string ? (IEnumerable)field.Value : new[] { field.Value };
            foreach (object? value in values)
            {
                if (value is not null)
                {
                    xml.WriteElementString(field.Key, Vim, Simple(value));
                }
            }
        }
    }

    private static string Simple(object value) => value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static void Item(XmlWriter xml, string name, string help)
    {
        xml.WriteElementString("name", Vim, name);
        xml.WriteElementString("displayName", Vim, name);
        xml.WriteElementString("help", Vim, help);
    }

    private static void Hint(XmlWriter xml, string key, string value)
    {
        xml.WriteStartElement("hints", Vim);
        xml.WriteElementString("key", Vim, key);
        xml.WriteElementString("value", Vim, value);
        xml.WriteEndElement();
    }

    private static string Describe(string name, IEnumerable<EsxCliCommand> commands) => Text(xml =>
    {
        xml.WriteAttributeString("type", Xsi, "VimCLIInfoCommandInfo");
        Item(xml, name, string.Empty);
        foreach (EsxCliCommand command in commands)
        {
            xml.WriteStartElement("method", Vim);
            Item(xml, command.Name, command.Help);
            foreach (EsxCliParameter parameter in command.Parameters)
            {
                xml.WriteStartElement("param", Vim);
                Item(xml, parameter.Name, parameter.Help);
                foreach (string alias in parameter.Aliases)
                {
                    xml.WriteElementString("aliases", Vim, alias);
                }

                xml.WriteElementString("flag", Vim, parameter.IsFlag ? "true" : "false");
                xml.WriteEndElement();
            }

            Hint(xml, "formatter", command.Formatter);
            if (command.Columns.Count > 0)
            {
                Hint(xml, "fields:" + command.RowType, string.Join(",", command.Columns));
            }

            xml.WriteEndElement();
        }
    });

    private static SimulatedFault NotFound() =>
        new("NotFound", "The object or item referred to could not be found.", "vim25-gpu.md 7: an unknown command is NotFound");

    private MoRef Manager(string type, MoRef host)
    {
        MoRef reference = new(type, type + "-" + host.Value);
        if (server.Find(reference) is null)
        {
            server.Add(new HostManager(server, reference, host));
        }

        return reference;
    }

    private void CheckConnected(ManagedObject host)
    {
        if (PropertyPath.Read(host, host.GetProperty, "runtime.connectionState", server.Version).Value is string state && state != "connected")
        {
            throw new SimulatedFault("HostNotConnected", "Unable to communicate with the remote host, since it is disconnected.", "types-core.txt: HostNotConnected when a method needs a host that is disconnected");
        }
    }

    private async Task<object?> ExecuteAsync(MethodCall call, MoRef host, CancellationToken cancellationToken)
    {
        string moid = call.Arguments.RequiredText("moid");
        string method = call.Arguments.RequiredText("method");
        Dictionary<string, IReadOnlyList<string>> arguments = Arguments(call);
        List<EsxCliCommand> commands = server.Model.EsxCliCommands(host).ToList();
        if (moid == CliInfo && method == "vim.CLIInfo.FetchCLIInfo")
        {
            string type = arguments.TryGetValue("typeName", out IReadOnlyList<string>? names) && names.Count > 0 ? names[0] : string.Empty;
            List<EsxCliCommand> described = commands.Where(each => "vim.EsxCLI." + each.Namespace == type).ToList();
            return described.Count == 0 ? throw NotFound() : Result(Describe(described[0].Namespace, described));
        }

        EsxCliCommand command = commands.FirstOrDefault(each => moid == Moid(each.Namespace) && method == "vim.EsxCLI." + each.Namespace + "." + each.Name) ?? throw NotFound();
        if (command.Privilege is { } privilege)
        {
            Privileges.Require(call.Session, host, privilege);
        }

        try
        {
            if (arguments.Keys.FirstOrDefault(name => command.Parameters.All(each => each.Name != name)) is { } unknown)
            {
                throw new EsxCliFault("Invalid option " + unknown);
            }

            if (command.Parameters.FirstOrDefault(each => each.IsRequired && !(arguments.TryGetValue(each.Name, out IReadOnlyList<string>? given) && given.Count > 0)) is { } missing)
            {
                throw new EsxCliFault("Missing required parameter " + missing.Name);
            }

            await Task.Yield();
            object? result = await command.RunAsync(new EsxCliCall(host, call.Session!, arguments), cancellationToken).ConfigureAwait(false);

            // A command without a result answers true, as the set commands of a real host are declared to (facts: vim25/esxcli-types.txt).
            return Result(Serialise(command, result ?? true));
        }
        catch (EsxCliFault fault)
        {
            return Result(null, "EsxCLI.CLIFault.summary", Text(xml =>
            {
                xml.WriteAttributeString("type", Xsi, "LocalizedMethodFault");
                xml.WriteStartElement("fault", Vim);
                xml.WriteAttributeString("type", Xsi, "VimEsxCLICLIFault");
                foreach (string message in fault.Messages)
                {
                    xml.WriteElementString("errMsg", Vim, message);
                }

                xml.WriteEndElement();
                xml.WriteElementString("localizedMessage", Vim, "EsxCLI.CLIFault.summary");
            }));
        }
    }

    /// <summary>The managed method executer or the dynamic type manager of a host.</summary>
    private sealed class HostManager(SimulatedServer server, MoRef reference, MoRef host) : ProtocolObject(server, reference)
    {
        public override MoRef Entity { get; } = host;
    }
}

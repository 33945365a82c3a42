using System;
using System.Collections.Generic;
using System.Linq;
using System.Security;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Protocol;

public sealed class EsxCliTests
{
    private static readonly XNamespace s_vim = "urn:vim25";
    private readonly List<EsxCliCall> _calls = [];

    [Fact]
    public async Task AList_ComesAsRowsInXmlWithinXml_FieldsInAlphabeticalOrder()
    {
        using Soap soap = await StartAsync();
        XElement result = await RunAsync(soap, "software.vib", "list");
        XElement rows = XElement.Parse(result.Element(s_vim + "response")!.Value);
        Assert.Equal(s_vim + "obj", rows.Name);
        Assert.Equal("ArrayOfDataObject", rows.Attribute(Soap.XsiType)!.Value);
        XElement row = rows.Elements(s_vim + "DataObject").First();
        Assert.Equal("VimEsxCLIsoftwareviblistVIBSummaryExt", row.Attribute(Soap.XsiType)!.Value);
        Assert.Equal([("AcceptanceLevel", "<Partner> & co"), ("Name", "NVIDIA-VMware"), ("Platforms", "host"), ("Platforms", "dpu")], row.Elements().Select(each => (each.Name.LocalName, each.Value)));
    }

    [Theory]
    [InlineData("text", "xsd:string", "hello")]
    [InlineData("flag", "xsd:boolean", "false")]
    [InlineData("number", "xsd:long", "7")]
    [InlineData("nothing", "xsd:boolean", "true")]
    public async Task AScalar_SaysItsType(string command, string type, string text)
    {
        using Soap soap = await StartAsync();
        XElement scalar = XElement.Parse((await RunAsync(soap, "test", command)).Element(s_vim + "response")!.Value);
        Assert.Equal((type, text), (scalar.Attribute(Soap.XsiType)!.Value, scalar.Value));
    }

    [Fact]
    public async Task Arguments_AreUnescapedTwice_AndMayHaveSeveralValues()
    {
        using Soap soap = await StartAsync();
        string fragment = "<vibname>" + SecurityElement.Escape("a & <b>") + "</vibname><vibname>c</vibname>";
        await RunAsync(soap, "software.vib", "list", "<argument><name>vibname</name><val>" + SecurityElement.Escape(fragment) + "</val></argument>");
        EsxCliCall call = _calls.Single();
        Assert.Equal(["a & <b>", "c"], call.Arguments["vibname"]);
        Assert.Equal("c", call["vibname"]);
        Assert.Equal("host-1", call.Host.Value);
        Assert.Equal("administrator@vsphere.local", call.Session.UserName);
    }

    [Fact]
    public async Task ACliError_IsAFaultInTheResult_WithItsMessages()
    {
        using Soap soap = await StartAsync();
        XElement result = await RunAsync(soap, "test", "fail");
        Assert.Null(result.Element(s_vim + "response"));
        XElement fault = result.Element(s_vim + "fault")!;
        Assert.Equal("EsxCLI.CLIFault.summary", fault.Element(s_vim + "faultMsg")!.Value);
        XElement detail = XElement.Parse(fault.Element(s_vim + "faultDetail")!.Value);
        XElement cli = detail.Descendants().Single(each => each.Attribute(Soap.XsiType)?.Value == "VimEsxCLICLIFault");
        Assert.Equal(["[NoMatchError]", "id = x"], cli.Elements(s_vim + "errMsg").Select(each => each.Value));
    }

    [Theory]
    [InlineData("unknown", "Invalid option unknown")]
    [InlineData(null, "Missing required parameter device")]
    public async Task WrongOptions_AreACliError(string? option, string message)
    {
        using Soap soap = await StartAsync();
        string argument = option is null ? "" : "<argument><name>" + option + "</name><val>&lt;" + option + "&gt;1&lt;/" + option + "&gt;</val></argument>";
        XElement result = await RunAsync(soap, "test", "need", argument);
        Assert.Contains(message, result.Element(s_vim + "fault")!.Element(s_vim + "faultDetail")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownCommand_IsNotFound()
    {
        using Soap soap = await StartAsync();
        XElement executer = await ExecuterAsync(soap);
        Assert.Equal("NotFound", (await soap.FaultAsync("ExecuteSoap", executer.Attribute("type")!.Value, executer.Value, Arguments("ha-cli-handler-test", "vim.EsxCLI.test.dance"))).Type);
        Assert.Equal("NotFound", (await soap.FaultAsync("ExecuteSoap", executer.Attribute("type")!.Value, executer.Value, Arguments("ha-cli-handler-other", "vim.EsxCLI.test.text"))).Type);
    }

    [Fact]
    public async Task TheDescription_ListsMethodsParametersAndHints()
    {
        using Soap soap = await StartAsync();
        XElement executer = await ExecuterAsync(soap);
        const string Type = "<argument><name>typeName</name><val>&lt;typeName&gt;vim.EsxCLI.software.vib&lt;/typeName&gt;</val></argument>";
        XElement result = (await soap.CallAsync("ExecuteSoap", executer, Arguments("ha-dynamic-type-manager-local-cli-cliinfo", "vim.CLIInfo.FetchCLIInfo") + Type)).Single();
        XElement info = XElement.Parse(result.Element(s_vim + "response")!.Value);
        Assert.Equal("software.vib", info.Element(s_vim + "name")!.Value);
        XElement method = info.Elements(s_vim + "method").Single();
        Assert.Equal("list", method.Element(s_vim + "name")!.Value);
        XElement parameter = method.Elements(s_vim + "param").Single();
        Assert.Equal(["--vibname", "-n"], parameter.Elements(s_vim + "aliases").Select(each => each.Value));
        Assert.Equal("false", parameter.Element(s_vim + "flag")!.Value);
        Assert.Equal(
            [("formatter", "table"), ("fields:VIBSummaryExt", "Name,AcceptanceLevel")],
            method.Elements(s_vim + "hints").Select(each => (each.Element(s_vim + "key")!.Value, each.Element(s_vim + "value")!.Value)));
    }

    [Fact]
    public async Task ADisconnectedHost_RunsNothing()
    {
        using Soap soap = await StartAsync();
        XElement executer = await ExecuterAsync(soap);
        soap.Model.Host.With("runtime", new DataObject("HostRuntimeInfo").With("connectionState", "disconnected"));
        Assert.Equal("HostNotConnected", (await soap.FaultAsync("ExecuteSoap", executer.Attribute("type")!.Value, executer.Value, Arguments("ha-cli-handler-test", "vim.EsxCLI.test.text"))).Type);
        Assert.Equal("HostNotConnected", (await soap.FaultAsync("RetrieveManagedMethodExecuter", "HostSystem", "host-1")).Type);
        Assert.Empty(_calls);
    }

    [Fact]
    public async Task WithoutALogin_NothingRuns()
    {
        using Soap soap = new();
        Assert.Equal("NotAuthenticated", (await soap.FaultAsync("RetrieveManagedMethodExecuter", "HostSystem", "host-1")).Type);
    }

    private static string Arguments(string moid, string method) => "<moid>" + moid + "</moid><version>urn:vim25/5.0</version><method>" + method + "</method>";

    private static async Task<XElement> ExecuterAsync(Soap soap) => (await soap.CallAsync("RetrieveManagedMethodExecuter", "HostSystem", "host-1")).Single();

    private static async Task<XElement> RunAsync(Soap soap, string commandNamespace, string command, string argument = "") =>
        (await soap.CallAsync("ExecuteSoap", await ExecuterAsync(soap), Arguments("ha-cli-handler-" + commandNamespace.Replace('.', '-'), "vim.EsxCLI." + commandNamespace + "." + command) + argument)).Single();

    private async Task<Soap> StartAsync()
    {
        Soap soap = await Soap.LoggedInAsync();
        void Add(string commandNamespace, string name, Func<object?> result, params EsxCliParameter[] parameters) => soap.Model.Commands.Add(new EsxCliCommand
        {
            Namespace = commandNamespace,
            Name = name,
            Parameters = parameters,
            Formatter = "table",
            Columns = commandNamespace == "test" ? [] : ["Name", "AcceptanceLevel"],
            RowType = "VIBSummaryExt",
            RunAsync = (call, _) =>
            {
                _calls.Add(call);
                return Task.FromResult(result());
            },
        });
        Add("software.vib", "list", () => new List<object>
        {
            new DataObject(string.Empty).With("Platforms", new List<object> { "host", "dpu" }).With("Name", "NVIDIA-VMware").With("AcceptanceLevel", "<Partner> & co"),
            new DataObject(string.Empty).With("Name", "other"),
        }, new EsxCliParameter("vibname", ["--vibname", "-n"], "Which."));
        Add("test", "text", () => "hello");
        Add("test", "flag", () => false);
        Add("test", "number", () => 7L);
        Add("test", "nothing", () => null);
        Add("test", "fail", () => throw new EsxCliFault("[NoMatchError]", "id = x"));
        Add("test", "need", () => null, new EsxCliParameter("device", ["-d"], "Which.", IsRequired: true), new EsxCliParameter("other", ["-o"], "What."));
        return soap;
    }
}

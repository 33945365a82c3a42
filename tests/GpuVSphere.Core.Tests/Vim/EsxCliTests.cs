using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

public sealed class EsxCliTests
{
    private static readonly XNamespace s_vim = ScriptedTransport.Ns;
    private static readonly ManagedObjectReference s_host = new("HostSystem", "host-1");

    [Fact]
    public async Task A_command_is_run_by_the_executer_and_its_rows_are_read_by_name()
    {
        ScriptedTransport server = WithExecuter(
            "<obj xmlns=\"urn:vim25\" versionId=\"5.0\" xsi:type=\"ArrayOfDataObject\"><DataObject xsi:type=\"VimEsxCLIsomethinglistX\"><Name>a &amp; b</Name><Types>one</Types><Types>two</Types></DataObject>"
            + "<DataObject><Name>c</Name></DataObject></obj>");
        using VimSession session = await server.ConnectAsync();
        EsxCliResult result = await session.EsxCliAsync(
            s_host,
            "software vib  install",
            [new("depot", "/vmfs/a<b>&.zip"), new("depot", "/second"), new("dryrun", "true")],
            CancellationToken.None);

        XElement call = server.Calls("ExecuteSoap").Single();
        Assert.Equal(["_this", "moid", "version", "method", "argument", "argument"], call.Elements().Select(element => element.Name.LocalName));
        Assert.Equal("ManagedMethodExecuter-7", call.Element(s_vim + "_this")!.Value);
        Assert.Equal("ha-cli-handler-software-vib", call.Element(s_vim + "moid")!.Value);
        Assert.Equal("vim.EsxCLI.software.vib.install", call.Element(s_vim + "method")!.Value);
        Assert.Equal("<depot>/vmfs/a&lt;b&gt;&amp;.zip</depot><depot>/second</depot>", call.Elements(s_vim + "argument").First().Element(s_vim + "val")!.Value);
        Assert.Equal("a & b", result.Rows[0]["name"]);
        Assert.Equal(["one", "two"], result.Rows[0].All("Types"));
        Assert.Equal("one, two", result.Rows[0].ToDictionary()["Types"]);
        Assert.Null(result.Rows[1]["Types"]);
        Assert.Equal(2, result.Rows.Count);
    }

    [Fact]
    public async Task A_single_record_a_text_and_nothing_are_told_apart()
    {
        ScriptedTransport server = WithExecuter("<obj xmlns=\"urn:vim25\" xsi:type=\"VimEsxCLIgraphicshostgetX\"><DefaultGraphicsType>Shared</DefaultGraphicsType></obj>");
        using VimSession session = await server.ConnectAsync();
        Assert.Equal("Shared", (await session.EsxCliAsync(s_host, "graphics host get", null, CancellationToken.None)).Rows.Single()["DefaultGraphicsType"]);
        server.Always("ExecuteSoap", Answer("<obj xmlns=\"urn:vim25\" xsi:type=\"xsd:boolean\">true</obj>"));
        EsxCliResult text = await session.EsxCliAsync(s_host, "system maintenanceMode set", null, CancellationToken.None);
        Assert.Empty(text.Rows);
        Assert.Equal("true", text.Text);
        server.Always("ExecuteSoap", "<returnval/>");
        EsxCliResult nothing = await session.EsxCliAsync(s_host, "graphics host refresh", null, CancellationToken.None);
        Assert.Empty(nothing.Rows);
        Assert.Equal(string.Empty, nothing.Text);
    }

    [Fact]
    public async Task A_refusal_of_esxcli_says_what_it_said()
    {
        ScriptedTransport server = WithExecuter(string.Empty);
        string detail = "<detail><EsxCLI.CLIFaultFault xsi:type=\"VimEsxCLICLIFault\"><errMsg>[NoMatchError]</errMsg><errMsg>id = nvidia</errMsg></EsxCLI.CLIFaultFault></detail>";
        server.Always("ExecuteSoap", $"<returnval><fault><faultMsg>EsxCLI.CLIFault.summary</faultMsg><faultDetail>{SecurityElement.Escape(detail)}</faultDetail></fault></returnval>");
        using VimSession session = await server.ConnectAsync();
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => session.EsxCliAsync(s_host, "software vib remove", null, CancellationToken.None));
        Assert.Equal("EsxCliFault", error.Id);
        Assert.Contains("[NoMatchError] id = nvidia", error.Message);
        Assert.Contains("software vib remove", error.Message);

        server.Always("ExecuteSoap", "<returnval><fault><faultMsg>The object or item referred to could not be found.</faultMsg></fault></returnval>");
        error = await Assert.ThrowsAsync<GpuVSphereException>(() => session.EsxCliAsync(s_host, "hardware pci nonsense", null, CancellationToken.None));
        Assert.Contains("could not be found", error.Message);
        Assert.NotNull(error.NextStep);
    }

    [Theory]
    [InlineData("graphics")]
    [InlineData("graphics host get --verbose")]
    [InlineData("graphics host; reboot")]
    [InlineData("")]
    public async Task What_is_no_command_is_refused_here(string command)
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        using VimSession session = await server.ConnectAsync();
        Assert.Equal("InvalidCommand", (await Assert.ThrowsAsync<GpuVSphereException>(() => session.EsxCliAsync(s_host, command, null, CancellationToken.None))).Id);
    }

    [SkippableTheory]
    [InlineData("govmomi-esxcli-network_vm_list.xml", 2, "Networks", "VM Network, dougm")]
    [InlineData("govmomi-esxcli-network_vm_port_list.xml", 1, "MACAddress", "00:0c:29:12:b2:cf")]
    [InlineData("govmomi-esxcli-system_hostname_get.xml", 1, "HostName", "esxbox")]
    public void Real_answers_are_read(string file, int rows, string field, string value)
    {
        string text = File.ReadAllText(Samples.Require(file));
        EsxCliResult result = VimSession.ParseEsxCli("x", text.Substring(text.IndexOf("<obj", StringComparison.Ordinal)));
        Assert.Equal(rows, result.Rows.Count);
        Assert.Equal(value, result.Rows[0][field]);
    }

    [Fact]
    public async Task The_executer_of_a_host_is_asked_for_once_and_again_when_it_is_gone()
    {
        ScriptedTransport server = WithExecuter("<obj xmlns=\"urn:vim25\" xsi:type=\"xsd:string\">x</obj>");
        using VimSession session = await server.ConnectAsync();
        await session.EsxCliAsync(s_host, "graphics host get", null, CancellationToken.None);
        await session.EsxCliAsync(s_host, "graphics host get", null, CancellationToken.None);
        await session.EsxCliAsync(new ManagedObjectReference("HostSystem", "host-2"), "graphics host get", null, CancellationToken.None);
        Assert.Equal(2, server.Calls("RetrieveManagedMethodExecuter").Count());

        server.Next("ExecuteSoap", _ => Soap.Response(Soap.Fault("ManagedObjectNotFound", "gone"), 500));
        EsxCliResult result = await session.EsxCliAsync(s_host, "graphics host get", null, CancellationToken.None);

        Assert.Equal("x", result.Text);
        Assert.Equal(3, server.Calls("RetrieveManagedMethodExecuter").Count());
    }

    [Fact]
    public async Task A_command_that_was_refused_is_not_run_a_second_time()
    {
        ScriptedTransport server = WithExecuter("<obj xmlns=\"urn:vim25\" xsi:type=\"xsd:string\">x</obj>");
        using VimSession session = await server.ConnectAsync();
        await session.EsxCliAsync(s_host, "software vib install", null, CancellationToken.None);
        server.Next("ExecuteSoap", _ => Soap.Response(Soap.Fault("HostCommunication", "lost"), 500));

        await Assert.ThrowsAsync<VimFaultException>(() => session.EsxCliAsync(s_host, "software vib install", null, CancellationToken.None));

        Assert.Equal(2, server.Calls("ExecuteSoap").Count());
        await session.EsxCliAsync(s_host, "software vib install", null, CancellationToken.None);
        Assert.Equal(2, server.Calls("RetrieveManagedMethodExecuter").Count());
    }

    private static ScriptedTransport WithExecuter(string response) => ScriptedTransport.WithLogin()
        .Always("RetrieveManagedMethodExecuter", "<returnval type=\"InternalManagedMethodExecuter\">ManagedMethodExecuter-7</returnval>")
        .Always("ExecuteSoap", Answer(response));

    private static string Answer(string response) =>
        "<returnval><response>" + SecurityElement.Escape(response.Replace("<obj ", "<obj xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ", StringComparison.Ordinal)) + "</response></returnval>";
}

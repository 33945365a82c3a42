using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

public sealed class PropertyTests
{
    private const string View = "<returnval type=\"ContainerView\">session[1]view-1</returnval>";
    private static readonly XNamespace s_vim = ScriptedTransport.Ns;

    [Fact]
    public async Task All_objects_of_several_types_are_read_through_one_view_which_is_destroyed()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin().Always("CreateContainerView", View).Always("DestroyView", string.Empty);
        server.Always("RetrievePropertiesEx", "<returnval><objects><obj type=\"HostSystem\">host-1</obj><propSet><name>name</name><val xsi:type=\"xsd:string\">esx-01</val></propSet></objects></returnval>");
        using VimSession session = await server.ConnectAsync();
        Collector seen = new();
        await session.RetrieveAsync([PropertyQuery.All("HostSystem", "name"), PropertyQuery.All("VirtualMachine", "name", "runtime.host")], seen.Reader, CancellationToken.None);

        XElement view = server.Calls("CreateContainerView").Single();
        Assert.Equal(["_this", "container", "type", "type", "recursive"], view.Elements().Select(e => e.Name.LocalName));
        XElement call = server.Calls("RetrievePropertiesEx").Single();
        Assert.Equal(["_this", "specSet", "options"], call.Elements().Select(e => e.Name.LocalName));
        XElement spec = call.Element(s_vim + "specSet")!;
        Assert.Equal(["propSet", "propSet", "objectSet"], spec.Elements().Select(e => e.Name.LocalName));
        Assert.Equal(["type", "all", "pathSet", "pathSet"], spec.Elements().ElementAt(1).Elements().Select(e => e.Name.LocalName));
        XElement traversal = spec.Descendants(s_vim + "selectSet").Single();
        Assert.Equal(["name", "type", "path", "skip"], traversal.Elements().Select(e => e.Name.LocalName));
        Assert.Equal("TraversalSpec", traversal.Attribute(XNamespace.Get("http://www.w3.org/2001/XMLSchema-instance") + "type")!.Value);
        Assert.Equal("session[1]view-1", server.Calls("DestroyView").Single().Element(s_vim + "_this")!.Value);
        Assert.Equal(["host-1 name=esx-01", "host-1 end"], seen.Lines);
    }

    [Fact]
    public async Task Pages_are_fetched_until_there_is_no_token()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("RetrievePropertiesEx", "<returnval><token>t1</token>" + Vm("vm-1") + "</returnval>");
        server.Next("ContinueRetrievePropertiesEx", "<returnval><token>t2</token>" + Vm("vm-2") + Vm("vm-3") + "</returnval>");
        server.Next("ContinueRetrievePropertiesEx", "<returnval>" + Vm("vm-4") + "</returnval>");
        using VimSession session = await server.ConnectAsync();
        Collector seen = new();
        await session.RetrieveAsync([PropertyQuery.Of([new("VirtualMachine", "vm-1")], "name")], seen.Reader, CancellationToken.None);
        Assert.Equal(["vm-1 end", "vm-2 end", "vm-3 end", "vm-4 end"], seen.Lines.Where(line => line.EndsWith("end", StringComparison.Ordinal)));
        Assert.Equal(["t1", "t2"], server.Calls("ContinueRetrievePropertiesEx").Select(call => call.Element(s_vim + "token")!.Value));
        Assert.Equal("1000", server.Calls("RetrievePropertiesEx").Single().Descendants(s_vim + "maxObjects").Single().Value);
    }

    [Fact]
    public async Task A_failure_between_pages_tidies_up_on_the_server()
    {
        using CancellationTokenSource cancel = new();
        ScriptedTransport server = ScriptedTransport.WithLogin().Always("CreateContainerView", View).Always("DestroyView", string.Empty).Always("CancelRetrievePropertiesEx", string.Empty);
        server.Always("RetrievePropertiesEx", "<returnval><token>t1</token>" + Vm("vm-1") + "</returnval>");
        using VimSession session = await server.ConnectAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.RetrieveAsync(
            [PropertyQuery.All("VirtualMachine", "name")],
            _ => new DelegateObjectReader((_, _) => { }, end: cancel.Cancel),
            cancel.Token));
        Assert.Equal(1, server.Count("DestroyView"));
        Assert.Equal("t1", server.Calls("CancelRetrievePropertiesEx").Single().Element(s_vim + "token")!.Value);
    }

    [Fact]
    public async Task A_fault_destroys_the_view_and_is_typed()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin().Always("CreateContainerView", View).Always("DestroyView", string.Empty);
        server.Always("RetrievePropertiesEx", _ => Soap.Response(Soap.Fault("InvalidProperty", "", "<name>config.nonsense</name>")));
        using VimSession session = await server.ConnectAsync();
        VimFaultException error = await Assert.ThrowsAsync<VimFaultException>(() => session.RetrieveAsync(
            [PropertyQuery.All("HostSystem", "config.nonsense")], new Collector().Reader, CancellationToken.None));
        Assert.Equal("InvalidProperty", error.FaultType);
        Assert.Equal("config.nonsense", error.Fault!["name"]!.Text);
        Assert.Equal(1, server.Count("DestroyView"));
    }

    [Fact]
    public async Task What_may_not_be_read_is_told_with_the_privilege()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("RetrievePropertiesEx",
            "<returnval><objects><obj type=\"HostSystem\">host-1</obj><propSet><name>name</name><val xsi:type=\"xsd:string\">esx</val></propSet><missingSet><path>config</path><fault>"
            + "<fault xsi:type=\"NoPermission\"><object type=\"HostSystem\">host-1</object><privilegeId>System.Read</privilegeId></fault><localizedMessage/></fault></missingSet></objects></returnval>");
        using VimSession session = await server.ConnectAsync();
        Collector seen = new();
        await session.RetrieveAsync([PropertyQuery.Of([new("HostSystem", "host-1")], "name", "config")], seen.Reader, CancellationToken.None);
        Assert.Equal(["host-1 name=esx", "host-1 missing config System.Read", "host-1 end"], seen.Lines);
    }

    [Fact]
    public async Task Missing_because_not_logged_in_is_an_expired_session()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("RetrievePropertiesEx",
            "<returnval><objects><obj type=\"SessionManager\">SessionManager</obj><missingSet><path>sessionList</path><fault><fault xsi:type=\"NotAuthenticated\">"
            + "<object type=\"Folder\">group-d1</object><privilegeId>Sessions.TerminateSession</privilegeId></fault><localizedMessage/></fault></missingSet></objects></returnval>");
        using VimSession session = await server.ConnectAsync();
        NotAuthenticatedException error = await Assert.ThrowsAsync<NotAuthenticatedException>(() => session.RetrieveAsync(
            [PropertyQuery.Of([new("SessionManager", "SessionManager")], "sessionList")], new Collector().Reader, CancellationToken.None));
        Assert.Equal("SessionExpired", error.Id);
    }

    [Fact]
    public async Task Unknown_elements_empty_enums_and_odd_signs_are_survived()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("RetrievePropertiesEx",
            "<returnval><novelty/><objects><obj type=\"HostSystem\">host-1</obj><future><a>1</a></future><propSet><name>hardware.pciDevice</name><val xsi:type=\"ArrayOfHostPciDevice\">"
            + "<HostPciDevice xsi:type=\"HostPciDevice\"><id>0000:af:00.0</id><classId>770</classId><bus>-81</bus><novel>x</novel><vendorId>4318</vendorId><state></state></HostPciDevice>"
            + "<HostPciDevice><id>0000:b0:00.0</id><bus>176</bus><vendorId>-32634</vendorId></HostPciDevice></val></propSet></objects></returnval>");
        using VimSession session = await server.ConnectAsync();
        List<string> devices = [];
        await session.RetrieveAsync(
            [PropertyQuery.Of([new("HostSystem", "host-1")], "hardware.pciDevice")],
            _ => new DelegateObjectReader((path, value) =>
            {
                Assert.Equal("ArrayOfHostPciDevice", value.XsiType);
                while (value.NextChild())
                {
                    VimReader device = value.Object();
                    string line = string.Empty;
                    while (device.NextChild())
                    {
                        line += device.Name switch
                        {
                            "id" => device.String(),
                            "bus" => " bus " + device.Byte(),
                            "vendorId" => " vendor " + device.UInt16(),
                            "state" => " state '" + device.String() + "'",
                            _ => string.Empty,
                        };
                    }

                    devices.Add(line);
                }
            }),
            CancellationToken.None);
        Assert.Equal(["0000:af:00.0 bus 175 vendor 4318 state ''", "0000:b0:00.0 bus 176 vendor 32902"], devices);
    }

    [Fact]
    public async Task Nothing_asked_is_nothing_sent()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        using VimSession session = await server.ConnectAsync();
        await session.RetrieveAsync([PropertyQuery.Of([], "name")], new Collector().Reader, CancellationToken.None);
        Assert.Equal(0, server.Count("RetrievePropertiesEx"));
    }

    [Fact]
    public async Task A_reply_cut_in_the_middle_is_not_asked_for_again_as_half_of_it_was_given_away()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin().Always("RetrievePropertiesEx", _ => new VimResponse(200, new CutStream()));
        using VimSession session = await server.ConnectAsync();
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => session.RetrieveAsync(
            [PropertyQuery.Of([new("HostSystem", "host-1")], "name")], new Collector().Reader, CancellationToken.None));
        Assert.Equal("ConnectionCut", error.Id);
        Assert.Equal(1, server.Count("RetrievePropertiesEx"));
    }

    [Fact]
    public async Task Roles_are_read_with_their_privileges()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("RetrievePropertiesEx",
            "<returnval><objects><obj type=\"AuthorizationManager\">AuthorizationManager</obj><propSet><name>roleList</name><val xsi:type=\"ArrayOfAuthorizationRole\">"
            + "<AuthorizationRole><roleId>-2</roleId><system>true</system><name>ReadOnly</name><info><label>l</label><summary>s</summary></info><privilege>System.Anonymous</privilege><privilege>System.Read</privilege></AuthorizationRole>"
            + "<AuthorizationRole><roleId>-5</roleId><system>true</system><name>NoAccess</name></AuthorizationRole></val></propSet></objects></returnval>");
        using VimSession session = await server.ConnectAsync();
        IReadOnlyDictionary<int, IReadOnlyCollection<string>> roles = await session.ReadRolesAsync(CancellationToken.None);
        Assert.Equal([-5, -2], roles.Keys.OrderBy(key => key));
        Assert.Equal(["System.Anonymous", "System.Read"], roles[-2].OrderBy(privilege => privilege, StringComparer.Ordinal));
        Assert.Empty(roles[-5]);
    }

    [Fact]
    public async Task The_path_of_a_datacenter_is_made_of_the_names_above_it()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("RetrievePropertiesEx", "<returnval>"
            + Entity("VirtualMachine", "vm-7", "ml-01", "Folder", "group-v3") + Entity("Folder", "group-v3", "vm", "Datacenter", "datacenter-2")
            + Entity("Datacenter", "datacenter-2", "DC", "Folder", "group-f9") + Entity("Folder", "group-f9", "Europe", "Folder", "group-d1")
            + "<objects><obj type=\"Folder\">group-d1</obj><propSet><name>name</name><val xsi:type=\"xsd:string\">Datacenters</val></propSet></objects></returnval>");
        using VimSession session = await server.ConnectAsync();
        Assert.Equal("Europe/DC", await session.FindDatacenterPathAsync(new("VirtualMachine", "vm-7"), CancellationToken.None));
    }

    [Fact]
    public async Task An_object_outside_of_every_datacenter_is_said_so()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("RetrievePropertiesEx", "<returnval>" + Entity("VirtualMachine", "vm-7", "ml-01", "Folder", "group-v3") + "</returnval>");
        using VimSession session = await server.ConnectAsync();
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => session.FindDatacenterPathAsync(new("VirtualMachine", "vm-7"), CancellationToken.None));
        Assert.Equal("DatacenterNotFound", error.Id);
    }

    private static string Vm(string id) => $"<objects><obj type=\"VirtualMachine\">{id}</obj><propSet><name>name</name><val xsi:type=\"xsd:string\">n</val></propSet></objects>";

    private static string Entity(string type, string id, string name, string parentType, string parent) =>
        $"<objects><obj type=\"{type}\">{id}</obj><propSet><name>name</name><val xsi:type=\"xsd:string\">{name}</val></propSet>"
        + $"<propSet><name>parent</name><val type=\"{parentType}\" xsi:type=\"ManagedObjectReference\">{parent}</val></propSet></objects>";

    private sealed class Collector
    {
        public List<string> Lines { get; } = [];

        public IObjectReader Reader(ManagedObjectReference reference) => new DelegateObjectReader(
            (path, value) => Lines.Add($"{reference.Value} {path}={value.String()}"),
            (path, fault) => Lines.Add($"{reference.Value} missing {path} {string.Join(",", ((NoPermissionException)fault).MissingPrivileges.Select(p => p.PrivilegeId))}"),
            () => Lines.Add(reference.Value + " end"));
    }
}

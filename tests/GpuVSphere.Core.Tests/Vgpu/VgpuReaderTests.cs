using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Core.Tests.Inventory;
using GpuVSphere.Inventory;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class VgpuReaderTests
{
    private const string Uuid = "d0d0cafe-0000-4000-8000-000000000001";

    private static GpuHost Host(string id, string version, ushort deviceId = VgpuLab.T4, string connection = "connected") => new()
    {
        Id = new VimObjectId(Uuid, new ManagedObjectReference("HostSystem", id)),
        Name = "esx-" + id,
        ServerName = "vc",
        Version = version,
        Build = "1",
        ConnectionState = connection,
        Devices = [new GpuDevice
        {
            HostId = new VimObjectId(Uuid, new ManagedObjectReference("HostSystem", id)), HostName = "esx-" + id, ServerName = "vc",
            Address = VgpuLab.Address(0), Name = "GPU", VendorId = 0x10de, DeviceId = deviceId, GraphicsType = "sharedDirect",
        }],
    };

    private static GpuInventory Inventory(params GpuHost[] hosts) =>
        new() { ServerUuid = Uuid, ServerName = "vc", ReadAt = default, Hosts = hosts };

    private static string Read(string id, string properties) =>
        $"<objects><obj type=\"HostSystem\">{id}</obj><propSet><name>configManager.graphicsManager</name><val type=\"HostGraphicsManager\" xsi:type=\"ManagedObjectReference\">gm-{id}</val></propSet>{properties}</objects>";

    private static string Offer(params string[] profiles) =>
        $"<propSet><name>config.sharedPassthruGpuTypes</name><val xsi:type=\"ArrayOfString\">{string.Concat(profiles.Select(profile => $"<string>{profile}</string>"))}</val></propSet>";

    private static Task<IReadOnlyList<VgpuHost>> ReadAsync(VimSession session, params GpuHost[] hosts) =>
        VgpuReader.ReadAsync(session, Inventory(hosts), hosts, CancellationToken.None);

    [Fact]
    public async Task Reads_offer_policy_types_and_flags_of_all_hosts_in_one_call()
    {
        var server = new ScriptedVSphere();
        server.Answers["RetrievePropertiesEx"] = _ => "<returnval>"
            + Read("1", Offer("grid_t4-8q", "grid_t4-8q", "grid_t4-16c") + """
                <propSet><name>config.graphicsConfig</name><val xsi:type="HostGraphicsConfig"><hostDefaultGraphicsType>shared</hostDefaultGraphicsType>
                <sharedPassthruAssignmentPolicy>consolidation</sharedPassthruAssignmentPolicy>
                <deviceType><deviceId>0000:3B:00.0</deviceId><graphicsType>sharedDirect</graphicsType><vgpuMode>mixedSize</vgpuMode></deviceType></val></propSet>
                <propSet><name>config.sharedGpuCapabilities</name><val xsi:type="ArrayOfHostSharedGpuCapabilities"><HostSharedGpuCapabilities><vgpu>grid_t4-8q</vgpu>
                <diskSnapshotSupported>false</diskSnapshotSupported><memorySnapshotSupported>true</memorySnapshotSupported><suspendSupported>true</suspendSupported>
                <migrateSupported>true</migrateSupported></HostSharedGpuCapabilities></val></propSet>
                """)
            + Read("2", string.Empty) + "</returnval>";
        using VimSession session = await server.ConnectAsync();

        IReadOnlyList<VgpuHost> hosts = await ReadAsync(session, Host("1", "6.7.0"), Host("2", "6.7.0"));

        Assert.Equal(["grid_t4-8q", "grid_t4-16c"], hosts[0].OfferedProfiles);
        Assert.Equal("consolidation", hosts[0].AssignmentPolicy);
        Assert.Equal("sharedDirect", hosts[0].ConfiguredTypes[VgpuLab.Address(0)]);
        Assert.Equal(new SharedGpuCapabilities(true, true, false, true), hosts[0].Capabilities["GRID_T4-8Q"]);
        Assert.Equal([], hosts[1].OfferedProfiles);
        Assert.Single(server.Requests, request => request.Method == "RetrievePropertiesEx");
        Assert.DoesNotContain(server.Requests, request => request.Method == "RetrieveVgpuProfileInfo");
    }

    [Fact]
    public async Task Asks_the_driver_once_for_hosts_that_are_alike()
    {
        var server = new ScriptedVSphere();
        server.Answers["RetrievePropertiesEx"] = _ => "<returnval>" + Read("1", Offer("grid_t4-8q")) + Read("2", Offer("grid_t4-8q")) + Read("3", Offer("nvidia_a40-8q")) + "</returnval>";
        server.Answers["RetrieveVgpuProfileInfo"] = _ => """
            <returnval><name></name><profileName>grid_t4-8q</profileName><deviceVendorId>515379422</deviceVendorId><fbSizeInGib>8</fbSizeInGib>
            <profileSharing>timeSliced</profileSharing><profileClass>quadro</profileClass></returnval>
            """;
        using VimSession session = await server.ConnectAsync();

        IReadOnlyList<VgpuHost> hosts = await ReadAsync(session, Host("1", "8.0.3"), Host("2", "8.0.3"), Host("3", "8.0.3", VgpuLab.A40));

        Assert.Equal(2, server.Requests.Count(request => request.Method == "RetrieveVgpuProfileInfo"));
        Assert.Equal(new VgpuProfileInfo("grid_t4-8q", 0x10de, VgpuLab.T4, 8, false, false), Assert.Single(hosts[1].ProfileInfos));
    }

    [Fact]
    public async Task What_is_refused_or_forbidden_is_absent()
    {
        var server = new ScriptedVSphere();
        server.Answers["RetrievePropertiesEx"] = _ => "<returnval>" + Read("1", Offer("grid_t4-8q"))
            + Read("2", "<missingSet><path>config.sharedPassthruGpuTypes</path><fault><fault xsi:type=\"NoPermission\"/><localizedMessage>no</localizedMessage></fault></missingSet>") + "</returnval>";
        server.Answers["RetrieveVgpuProfileInfo"] = _ => "!NotSupported";
        using VimSession session = await server.ConnectAsync();

        IReadOnlyList<VgpuHost> hosts = await ReadAsync(session, Host("1", "8.0.3"), Host("2", "8.0.3"));

        Assert.Empty(hosts[0].ProfileInfos);
        Assert.Null(hosts[1].OfferedProfiles);
        Assert.Null(hosts[1].AssignmentPolicy);
    }

    [Fact]
    public async Task A_host_that_is_away_or_without_GPUs_is_not_asked()
    {
        var server = new ScriptedVSphere();
        using VimSession session = await server.ConnectAsync();

        IReadOnlyList<VgpuHost> hosts = await ReadAsync(session, Host("1", "8.0.3", connection: "notResponding"), Host("2", "8.0.3") with { Devices = [] });

        Assert.DoesNotContain(server.Requests, request => request.Method == "RetrievePropertiesEx");
        Assert.Equal([null, null], hosts.Select(host => host.OfferedProfiles));
    }

    [Fact]
    public async Task A_server_before_6_7_is_not_asked_for_flags()
    {
        var server = new ScriptedVSphere("6.5");
        server.Answers["RetrievePropertiesEx"] = _ => "<returnval>" + Read("1", Offer("grid_t4-8q")) + "</returnval>";
        using VimSession session = await server.ConnectAsync();

        Assert.Empty((await ReadAsync(session, Host("1", "6.5.0")))[0].Capabilities);
        Assert.DoesNotContain("sharedGpuCapabilities", server.Requests.Single(request => request.Method == "RetrievePropertiesEx").Body, StringComparison.Ordinal);
    }
}

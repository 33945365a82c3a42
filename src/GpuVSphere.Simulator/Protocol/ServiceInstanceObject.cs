using System.Collections.Generic;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>The first object that every client asks: who the server is and where everything begins.</summary>
internal sealed class ServiceInstanceObject(SimulatedServer server, IReadOnlyDictionary<string, MoRef> managers)
    : ProtocolObject(server, new MoRef("ServiceInstance", "ServiceInstance"))
{
    public override IEnumerable<string> PropertyNames => ["serverClock", "capability", "content"];

    public override object? GetProperty(string name) => name switch
    {
        "serverClock" => Server.Clock.UtcNow,
        "capability" => new DataObject("Capability").With("provisioningSupported", true).With("multiHostSupported", Server.Profile.IsVCenter).With("userShellAccessSupported", false),
        "content" => Content(),
        _ => null,
    };

    protected override object? Invoke(MethodCall call) => call.Method switch
    {
        "RetrieveServiceContent" => Content(),
        "CurrentTime" => Server.Clock.UtcNow,
        "RetrieveProductComponents" => null,
        _ => base.Invoke(call),
    };

    private DataObject Content()
    {
        DataObject content = new("ServiceContent");
        foreach (SchemaMember field in Schema.Default.Members("ServiceContent", Server.Version).Values)
        {
            if (field.Name == "about")
            {
                content.With("about", About());
            }
            else if (managers.TryGetValue(field.Name, out MoRef manager))
            {
                content.With(field.Name, manager);
            }
        }

        return content;
    }

    private DataObject About()
    {
        ServerProfile profile = Server.Profile;
        string product = profile.IsVCenter ? "VMware vCenter Server" : "VMware ESXi";
        return new DataObject("AboutInfo")
            .With("name", product)
            .With("fullName", product + " " + profile.ProductVersion + " build-" + profile.Build)
            .With("vendor", "VMware, Inc.")
            .With("version", profile.ProductVersion)
            .With("patchLevel", "00000")
            .With("build", profile.Build)
            .With("localeVersion", "INTL")
            .With("localeBuild", "000")
            .With("osType", profile.IsVCenter ? "linux-x64" : "vmnix-x86")
            .With("productLineId", profile.IsVCenter ? "vpx" : "embeddedEsx")
            .With("apiType", profile.IsVCenter ? "VirtualCenter" : "HostAgent")
            .With("apiVersion", profile.ApiVersion)
            .With("instanceUuid", profile.IsVCenter ? profile.InstanceUuid.ToString("D") : null)
            .With("licenseProductName", profile.IsVCenter ? "VMware VirtualCenter Server" : "VMware ESX Server")
            .With("licenseProductVersion", profile.ProductVersion.Split('.')[0] + ".0");
    }
}

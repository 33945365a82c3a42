using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Inventory;

public sealed class NameMatcherTests
{
    private static NamedObject Named(string server, string type, string id, string name, string? parent = null) => new(
        new VimObjectId(server, new ManagedObjectReference(type, id)),
        name,
        server,
        parent is null ? null : new ManagedObjectReference("ClusterComputeResource", parent));

    private static NameMatcher Matcher() => new(
    [
        new NameDirectory(
            "one",
            "one",
            [Named("one", "HostSystem", "host-1", "esx-01.corp.example", "domain-c1"), Named("one", "HostSystem", "host-2", "esx-02.corp.example", "domain-c1"), Named("one", "HostSystem", "host-3", "lone.corp.example")],
            [Named("one", "VirtualMachine", "vm-1", "ml-01"), Named("one", "VirtualMachine", "vm-2", "ml-02"), Named("one", "VirtualMachine", "vm-3", "twin"), Named("one", "VirtualMachine", "vm-4", "twin"), Named("one", "VirtualMachine", "vm-5", "gpu [old]")],
            [Named("one", "ClusterComputeResource", "domain-c1", "GPU-80")]),
        new NameDirectory("two", "two", [Named("two", "HostSystem", "host-1", "edge-01")], [Named("two", "VirtualMachine", "vm-1", "ML-03")], []),
    ]);

    private static string[] Names(System.Collections.Generic.IReadOnlyList<NamedObject> found) => found.Select(named => named.Name).ToArray();

    [Theory]
    [InlineData("ml-01", "ml-01")]
    [InlineData("ML-01", "ml-01")]
    [InlineData("ml-*", "ml-01,ml-02,ML-03")]
    [InlineData("ml-0?", "ml-01,ml-02,ML-03")]
    [InlineData("ml-0[12]", "ml-01,ml-02")]
    [InlineData("ml-0[2-3]", "ml-02,ML-03")]
    [InlineData("gpu [old]", "gpu [old]")]
    [InlineData("gpu `[old`]", "gpu [old]")]
    [InlineData("nothing*", "")]
    [InlineData("VirtualMachine-vm-2", "ml-02")]
    [InlineData("twin*", "twin,twin")]
    public void A_name_finds_what_is_meant(string text, string expected)
    {
        Assert.Equal(expected, string.Join(",", Names(Matcher().Vms(text))));
    }

    [Fact]
    public void A_cluster_means_its_hosts()
    {
        Assert.Equal(["esx-01.corp.example", "esx-02.corp.example"], Names(Matcher().HostsOfClusters("gpu-80")));
    }

    [Fact]
    public void An_unknown_host_is_answered_with_near_names()
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => Matcher().Hosts("esx-01"));

        Assert.Equal("HostNotFound", error.Id);
        Assert.Equal(GpuErrorCategory.ObjectNotFound, error.Category);
        Assert.Contains("esx-01", error.Message);
        Assert.Equal("esx-01", error.Target);
        Assert.Contains("esx-01.corp.example", error.NextStep);
    }

    [Fact]
    public void An_unknown_vm_is_answered_with_near_names()
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => Matcher().Vms("ml-10"));

        Assert.Equal("VmNotFound", error.Id);
        Assert.Contains("ml-01", error.NextStep);
        Assert.DoesNotContain("twin", error.NextStep);
    }

    [Fact]
    public void An_unknown_cluster_is_said()
    {
        Assert.Equal("ClusterNotFound", Assert.Throws<GpuVSphereException>(() => Matcher().HostsOfClusters("GPU-81")).Id);
    }

    [Fact]
    public void A_name_of_two_is_ambiguous_and_both_are_named()
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => Matcher().Vms("twin"));

        Assert.Equal("AmbiguousName", error.Id);
        Assert.Contains("VirtualMachine-vm-3", error.Message);
        Assert.Contains("VirtualMachine-vm-4", error.Message);
        Assert.Contains("VirtualMachine-vm-3", error.NextStep);
    }

    [Fact]
    public void An_id_that_two_servers_have_is_ambiguous()
    {
        Assert.Equal("AmbiguousName", Assert.Throws<GpuVSphereException>(() => Matcher().Vms("VirtualMachine-vm-1")).Id);
    }

    [Fact]
    public void Where_one_is_meant_wildcards_must_fit_one()
    {
        Assert.Equal("AmbiguousName", Assert.Throws<GpuVSphereException>(() => Matcher().OneVm("ml-*")).Id);
        Assert.Equal("VmNotFound", Assert.Throws<GpuVSphereException>(() => Matcher().OneVm("none*")).Id);
        Assert.Equal("edge-01", Matcher().OneHost("edge*").Name);
    }
}

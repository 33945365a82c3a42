using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

public sealed class FaultTests
{
    private static readonly ManagedObjectReference s_host = new("HostSystem", "host-1");

    [Fact]
    public async Task The_type_of_a_fault_is_its_xsi_type_whatever_the_element_is_called()
    {
        VimFaultException error = await ThrownBy(Soap.Envelope(
            "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>The operation is not allowed in the current state.</faultstring>"
            + "<detail><InvalidStateFault xmlns=\"urn:vim25\" xsi:type=\"InvalidPowerState\"><requestedState>poweredOn</requestedState><existingState>poweredOff</existingState></InvalidStateFault></detail></soapenv:Fault>"));
        Assert.Equal("InvalidPowerState", error.FaultType);
        Assert.Equal("InvalidPowerState", error.Id);
        Assert.Equal(GpuErrorCategory.InvalidState, error.Category);
        Assert.Equal("The operation is not allowed in the current state.", error.FaultMessage);
        Assert.Equal("poweredOff", error.Fault!["existingState"]!.Text);
        Assert.Equal("UpdateFlags", error.Method);
        Assert.Equal(s_host, error.Object);
    }

    [Theory]
    [InlineData("<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>x</faultstring><detail><MethodNotFoundFault xmlns=\"urn:vim25\"/></detail></soapenv:Fault>", "MethodNotFound")]
    [InlineData("<soapenv:Fault><faultcode>soapenv:VersionMismatchFaultCode</faultcode><faultstring>Unsupported version URI</faultstring></soapenv:Fault>", "VersionMismatchFaultCode")]
    [InlineData("<soapenv:Fault><faultstring>x</faultstring><detail/></soapenv:Fault>", "MethodFault")]
    [InlineData("<soapenv:Fault/>", "MethodFault")]
    public async Task A_fault_without_a_type_is_named_by_what_there_is(string fault, string expected) =>
        Assert.Equal(expected, (await ThrownBy(Soap.Envelope(fault))).FaultType);

    [Fact]
    public async Task The_missing_privileges_are_named_from_the_list_of_newer_servers()
    {
        NoPermissionException error = Assert.IsType<NoPermissionException>(await ThrownBy(Soap.Fault(
            "NoPermission",
            "Permission to perform this operation was denied.",
            "<object type=\"HostSystem\">host-1</object><privilegeId>Old.One</privilegeId>"
            + "<missingPrivileges><entity type=\"HostSystem\">host-1</entity><privilegeIds>Host.Config.PciPassthru</privilegeIds><privilegeIds>Host.Config.Settings</privilegeIds></missingPrivileges>")));
        Assert.Equal(["Host.Config.PciPassthru", "Host.Config.Settings"], error.MissingPrivileges.Select(privilege => privilege.PrivilegeId));
        Assert.Contains("Host.Config.PciPassthru", error.Message);
        Assert.Equal(GpuErrorCategory.PermissionDenied, error.Category);
    }

    [Fact]
    public async Task The_missing_privilege_of_older_servers_is_named_too()
    {
        NoPermissionException error = Assert.IsType<NoPermissionException>(await ThrownBy(Soap.Fault(
            "NoPermission", "x", "<object type=\"HostSystem\">host-1</object><privilegeId>Host.Config.Maintenance</privilegeId>")));
        MissingPrivilege missing = Assert.Single(error.MissingPrivileges);
        Assert.Equal(new MissingPrivilege(s_host, "Host.Config.Maintenance"), missing);
    }

    [Fact]
    public async Task Not_authenticated_is_no_lack_of_permission_although_vim25_derives_it_from_there()
    {
        VimFaultException error = await ThrownBy(Soap.Fault("NotAuthenticated", "x", "<object type=\"Folder\">group-d1</object><privilegeId>System.View</privilegeId>"));
        Assert.IsType<NotAuthenticatedException>(error);
        Assert.Equal(GpuErrorCategory.AuthenticationFailed, error.Category);
    }

    [Theory]
    [InlineData("TaskInProgress", GpuErrorCategory.ResourceBusy)]
    [InlineData("ManagedObjectNotFound", GpuErrorCategory.ObjectNotFound)]
    [InlineData("InvalidHostState", GpuErrorCategory.InvalidState)]
    [InlineData("HostNotConnected", GpuErrorCategory.ConnectionFailed)]
    [InlineData("NotSupported", GpuErrorCategory.NotSupported)]
    [InlineData("Timedout", GpuErrorCategory.Timeout)]
    [InlineData("SomethingOfVersion12", GpuErrorCategory.OperationFailed)]
    public async Task Faults_have_categories(string type, GpuErrorCategory expected) => Assert.Equal(expected, (await ThrownBy(Soap.Fault(type, "x"))).Category);

    private static async Task<VimFaultException> ThrownBy(string reply)
    {
        ScriptedTransport server = ScriptedTransport.WithLogin().Always("UpdateFlags", _ => Soap.Response(reply, 500));
        using VimSession session = await server.ConnectAsync();
        return await Assert.ThrowsAnyAsync<VimFaultException>(() => session.CallAsync(s_host, "UpdateFlags", null, CancellationToken.None));
    }
}

using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Protocol;

public sealed class FaultRuleTests : IDisposable
{
    private readonly Soap _soap = new();

    public void Dispose() => _soap.Dispose();

    [Fact]
    public async Task ATypedFault_MeetsOnlyTheCallsThatItIsFor()
    {
        await _soap.LoginAsync();
        FaultRule rule = _soap.Simulator.Faults.Add(new FaultRule { Method = "EnterMaintenanceMode_Task", ObjectType = "HostSystem", ObjectId = "host-1", After = 1, Times = 2, Fault = "HostConfigFault", FaultMessage = "No." });
        await _soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
        await _soap.CallAsync("EnterMaintenanceMode_Task", "HostSystem", "host-1", "<timeout>0</timeout>");
        for (int i = 0; i < 2; i++)
        {
            (string type, string text, _) = await _soap.FaultAsync("EnterMaintenanceMode_Task", "HostSystem", "host-1", "<timeout>0</timeout>");
            Assert.Equal(("HostConfigFault", "No."), (type, text));
        }

        await _soap.CallAsync("EnterMaintenanceMode_Task", "HostSystem", "host-1", "<timeout>0</timeout>");
        Assert.Equal(2, rule.Applied);
    }

    [Fact]
    public async Task ARule_OfAnotherObject_DoesNotApply_AndCanBeTakenBack()
    {
        await _soap.LoginAsync();
        _soap.Simulator.Faults.Add(new FaultRule { ObjectId = "host-2", Fault = "X" });
        _soap.Simulator.Faults.Add(new FaultRule { ObjectType = "VirtualMachine", Fault = "X" });
        FaultRule all = _soap.Simulator.Faults.Add(new FaultRule { Method = "CurrentTime", Fault = "SystemError" });
        await _soap.CallAsync("EnterMaintenanceMode_Task", "HostSystem", "host-1", "<timeout>0</timeout>");
        await _soap.FaultAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
        _soap.Simulator.Faults.Remove(all);
        await _soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
        _soap.Simulator.Faults.Add(all);
        _soap.Simulator.Faults.Clear();
        await _soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task ADrop_ComesInsteadOfTheWork_OrAfterIt(bool afterWork, int done)
    {
        await _soap.LoginAsync();
        int calls = 0;
        _soap.Model.Host.Can("RebootHost_Task", _ => calls++);
        _soap.Simulator.Faults.Add(new FaultRule { Method = "RebootHost_Task", DropConnection = true, AfterWork = afterWork });
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => SendAsync("RebootHost_Task", "HostSystem", "host-1"));
        Assert.Equal("ConnectionCut", error.Id);
        Assert.IsType<IOException>(error.InnerException);
        Assert.Equal(done, calls);
    }

    [Fact]
    public async Task ATruncatedReply_BreaksWhereItIsTold()
    {
        _soap.Simulator.Faults.Add(new FaultRule { Method = "RetrieveServiceContent", Truncate = 100 });
        using VimResponse response = await SendAsync("RetrieveServiceContent", "ServiceInstance", "ServiceInstance");
        byte[] bytes = new byte[4096];
        int filled = 0;
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(async () =>
        {
            while (true)
            {
                filled += await response.Body.ReadAsync(bytes.AsMemory(filled));
            }
        });
        Assert.Equal("ConnectionCut", error.Id);
        Assert.Equal(100, filled);
        Assert.StartsWith("<?xml", Encoding.UTF8.GetString(bytes, 0, filled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_IsNoXml_AndAStatusIsAsOrdered()
    {
        _soap.Simulator.Faults.Add(new FaultRule { Method = "RetrieveServiceContent", Times = 1, Garbage = true });
        _soap.Simulator.Faults.Add(new FaultRule { Method = "RetrieveServiceContent", Times = 1, HttpStatus = 404 });
        using (VimResponse garbage = await SendAsync("RetrieveServiceContent", "ServiceInstance", "ServiceInstance"))
        {
            Assert.Equal(200, garbage.StatusCode);
            using StreamReader reader = new(garbage.Body);
            Assert.ThrowsAny<System.Xml.XmlException>(() => System.Xml.Linq.XDocument.Parse(reader.ReadToEnd()));
        }

        using VimResponse refused = await SendAsync("RetrieveServiceContent", "ServiceInstance", "ServiceInstance");
        Assert.Equal(404, refused.StatusCode);
        using VimResponse normal = await SendAsync("RetrieveServiceContent", "ServiceInstance", "ServiceInstance");
        Assert.Equal(200, normal.StatusCode);
    }

    [Fact]
    public async Task ADelay_IsOfSimulatedTime()
    {
        _soap.Simulator.Faults.Add(new FaultRule { Method = "RetrieveServiceContent", Delay = TimeSpan.FromMinutes(5) });
        Task<VimResponse> waiting = SendAsync("RetrieveServiceContent", "ServiceInstance", "ServiceInstance");
        await Eventually.IsTrueAsync(() => _soap.Simulator.Clock.Waiting == 1);
        Assert.False(waiting.IsCompleted);
        _soap.Simulator.Clock.Advance(TimeSpan.FromMinutes(6));
        using VimResponse response = await waiting.WaitAsync(Eventually.Limit);
        Assert.Equal(200, response.StatusCode);
    }

    [Fact]
    public async Task AWaitCanBeGivenUp()
    {
        using CancellationTokenSource stop = new(20);
        _soap.Simulator.Faults.Add(new FaultRule { Method = "RetrieveServiceContent", Delay = TimeSpan.FromHours(5) });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SendAsync("RetrieveServiceContent", "ServiceInstance", "ServiceInstance", stop.Token));
    }

    [Fact]
    public async Task AMethod_CanDropTheConnectionByItself()
    {
        await _soap.LoginAsync();
        _soap.Model.Host.Can("RebootHost_Task", _ => throw new SimulatedDisconnect());
        Assert.Equal("ConnectionCut", (await Assert.ThrowsAsync<GpuVSphereException>(() => SendAsync("RebootHost_Task", "HostSystem", "host-1"))).Id);
    }

    private Task<VimResponse> SendAsync(string method, string type, string id, CancellationToken cancellationToken = default) =>
        _soap.Simulator.Server.Transport.SendAsync(new VimRequest(method, "urn:vim25/8.0.3.0", Soap.Envelope(method, type, id, "")) { Cookie = _soap.Cookie }, cancellationToken);
}

using System;
using System.Collections.Generic;
using System.Linq;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Passthrough;

/// <summary>A simulator with GPUs that are ready for VMs, and our own client on it, through the bytes of the wire.</summary>
internal sealed class VmLab : IDisposable
{
    public const string A100First = "0000:3b:00.0";
    public const string A100Second = "0000:af:00.0";

    private VmLab(SimulatorLab simulated, VimSession session)
    {
        Simulated = simulated;
        Session = session;
    }

    public SimulatorLab Simulated { get; }

    public VimSession Session { get; }

    public SimulatorRawState Raw => Simulated.Raw;

    public static async Task<VmLab> StartAsync(SimulatorOptions? options = null, string user = "administrator@vsphere.local")
    {
        // A minute of simulated time is 60 ms; finished tasks are kept however slow the machine is.
        var simulated = new SimulatorLab(options ?? new SimulatorOptions { ClockSpeed = 1000, TaskRetention = TimeSpan.FromDays(10) });
        var lab = new VmLab(simulated, await LogInAsync(simulated.Simulator.Server, user));
        lab.Activate("esx-80-01", A100First, A100Second);
        lab.Activate("esx-67-01", A100First, A100Second);
        lab.Activate("esx-70-01", A100First, "0000:86:00.0");
        lab.Activate("esx-90-01", A100First, A100Second);
        return lab;
    }

    /// <summary>An ESXi host that is spoken to without vCenter.</summary>
    public static async Task<VmLab> StartOnEsxiAsync()
    {
        var simulated = new SimulatorLab(new SimulatorOptions { Scenario = "esxi", ClockSpeed = 1000, TaskRetention = TimeSpan.FromDays(10) });
        var lab = new VmLab(simulated, await LogInAsync(simulated.Simulator.Server));
        lab.Activate(simulated.Inventory.Hosts[0].Name, A100First);
        return lab;
    }

    public static Task<VimSession> LogInAsync(VimServer server, string user = "administrator@vsphere.local")
    {
        var password = new SecureString();
        foreach (char letter in SimulatorUser.DefaultPassword)
        {
            password.AppendChar(letter);
        }

        return VimSession.ConnectAsync(server, new VimCredential(user, password), CancellationToken.None);
    }

    /// <summary>Puts devices in passthrough mode as if the host had been rebooted since.</summary>
    public void Activate(string host, params string[] addresses) => Change(() =>
    {
        foreach (string address in addresses)
        {
            var function = Simulated.Host(host).Function(address)!;
            function.IsEnabled = function.IsActive = true;
        }

        Simulated.Host(host).DevicesChanged();
    });

    /// <summary>Changes the simulated world past every check.</summary>
    public void Change(Action change)
    {
        lock (Simulated.Inventory.Gate)
        {
            change();
        }
    }

    /// <summary>Changes a VM's configuration as another admin would.</summary>
    public void Configure(string vm, Action<VmConfig> change) => Change(() =>
    {
        VmConfig config = Simulated.Vm(vm).Config.Copy();
        change(config);
        Simulated.Vm(vm).Apply(config);
    });

    /// <summary>The cookie of the one session that there is, as PowerCLI would give it.</summary>
    public string OnlyCookie()
    {
        lock (Simulated.Simulator.World.Gate)
        {
            return Simulated.Simulator.World.Sessions.All.Single().Cookie;
        }
    }

    public PlanTarget Target(string vm) =>
        new(new VimObjectId(Session.ServerUuid, new ManagedObjectReference("VirtualMachine", Raw.Vm(vm).MoRef)), vm, Session.ServerName);

    public IGpuOperation Operation(ChangeIntent intent) =>
        GpuOperations.Create(intent, new OperationContext([Session], Simulated.Simulator.Clock, System.IO.Path.GetTempPath()));

    public IGpuOperation Add(string vm, VmChangeOptions? options = null, params string[] addresses) =>
        Operation(PassthroughIntents.AddToVm([Target(vm)], addresses.Select(Device).ToList(), options ?? new VmChangeOptions()));

    public IGpuOperation Remove(string vm, VmChangeOptions? options = null, params string[] addresses) => Operation(PassthroughIntents.RemoveFromVm(
        [Target(vm)], addresses.Length == 0 ? [VmGpuSelector.All] : addresses.Select(Device).ToList(), options ?? new VmChangeOptions()));

    public static VmGpuSelector Device(string text) => VmGpuSelector.Of(DeviceSelector.Parse(text));

    public static VmGpuSelector Dynamic(int deviceId, string? label = null, int count = 1) =>
        VmGpuSelector.Of(new DynamicGpuRequest([new PciIdMatch(0x10DE, (ushort)deviceId)], label), count);

    public static async Task<IReadOnlyList<ChangeResult>> RunAsync(IGpuOperation operation, CancellationToken cancellationToken = default)
    {
        ChangePlan plan = await operation.PlanAsync(cancellationToken);
        return await operation.ApplyAsync(plan, ChangeFeedback.None, cancellationToken);
    }

    /// <summary>Plans and performs, and holds that it was done.</summary>
    public static async Task<ChangeResult> DoneAsync(IGpuOperation operation)
    {
        ChangeResult result = Assert.Single(await RunAsync(operation));
        Assert.True(result.Outcome == ChangeOutcome.Done, $"{result.Outcome}: {result.Message} {result.Error?.NextStep}");
        return result;
    }

    /// <summary>Plans, and gives what blocks.</summary>
    public static async Task<Finding> BlockedAsync(IGpuOperation operation)
    {
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);
        Finding finding = Assert.Single(plan.Findings, finding => finding.Blocks);
        ChangeResult result = Assert.Single(await operation.ApplyAsync(plan, ChangeFeedback.None, CancellationToken.None));
        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.NotNull(result.Error!.NextStep);
        return finding;
    }

    /// <summary>All that our changes may touch of a VM, past our own reading.</summary>
    public string State(string vm)
    {
        RawVm raw = Raw.Vm(vm);
        return string.Join("|", raw.Firmware, raw.MemoryReservationMB, raw.IsMemoryReservationLocked, raw.CpuHotAdd, raw.MemoryHotAdd, raw.PowerState,
            string.Join(",", raw.ExtraConfig.OrderBy(entry => entry.Key, StringComparer.Ordinal)), string.Join(",", raw.PciDevices.Select(device => device.Kind + device.Id)));
    }

    public void Dispose()
    {
        Session.Dispose();
        Simulated.Dispose();
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Simulator.Tests.PowerOn;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Readiness;

/// <summary>What Test-GpuReadiness says of simulated hosts and VMs, beside what happens to them.</summary>
internal static class ReadinessLab
{
    public static Task<GpuInventory> ReadAsync(this PowerOnLab lab) => InventoryReader.ReadAsync(lab.Session, InventoryScope.Everything, CancellationToken.None);

    /// <summary>What nvidia-smi says on a host.</summary>
    public static async Task<IReadOnlyCollection<NvidiaSmiGpu>> SmiAsync(this PowerOnLab lab, string host) => (await NvidiaSmiReader.ReadAsync(
        lab.Session, (await lab.ReadAsync()).Hosts.Single(one => one.Name == host), lab.Simulated.Simulator.Shells, new HostShellNotes(), CancellationToken.None)).Gpus;

    /// <summary>Judges a VM as it is configured.</summary>
    /// <param name="lab">The simulator.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="shellOf">A host whose nvidia-smi is asked; null for none.</param>
    public static async Task<IReadOnlyList<ReadinessResult>> JudgeVmAsync(this PowerOnLab lab, string vm, string? shellOf = null)
    {
        GpuInventory inventory = await lab.ReadAsync();
        IReadOnlyCollection<NvidiaSmiGpu> told = shellOf is null ? [] : await lab.SmiAsync(shellOf);
        return await GpuReadiness.OfVmsAsync(lab.Session, inventory, [inventory.Vms.Single(one => one.Name == vm)], null, told, CancellationToken.None);
    }

    /// <summary>Judges a host for a method.</summary>
    public static async Task<IReadOnlyList<ReadinessResult>> JudgeHostAsync(this PowerOnLab lab, string host, ReadinessAction method, bool asksShell = false)
    {
        GpuInventory inventory = await lab.ReadAsync();
        IReadOnlyCollection<NvidiaSmiGpu> told = asksShell ? await lab.SmiAsync(host) : [];
        return await GpuReadiness.OfHostsAsync(lab.Session, inventory, [new HostUse(inventory.Hosts.Single(one => one.Name == host), method)], null, told, CancellationToken.None);
    }

    /// <summary>What a changing command finds before it changes anything.</summary>
    public static Task<ChangePlan> PlanAsync(this PowerOnLab lab, ChangeIntent intent) => lab.Operation(intent).PlanAsync(CancellationToken.None);

    /// <summary>Installs or removes a driver as the cmdlets do, with a reboot.</summary>
    public static async Task DriverAsync(this PowerOnLab lab, string host, string? package, bool setsGraphics = false)
    {
        GpuHost meant = (await lab.ReadAsync()).Hosts.Single(one => one.Name == host);
        HostChangeOptions options = new() { Reboot = true, PowerOff = true };
        ChangeIntent intent = package is not null
            ? NvidiaVibIntents.Install([meant], ["[gpu-ds] NVIDIA/" + package], setsGraphics, null, options)
            : NvidiaVibIntents.Uninstall(
                [new(meant, [.. (await NvidiaVibs.ReadAsync(lab.Session, meant, CancellationToken.None)).Select(vib => vib.Name)])], options);
        ChangeResult result = Assert.Single(await VmLab.RunAsync(lab.Operation(intent)));
        Assert.True(result.Outcome == ChangeOutcome.Done, $"{result.Outcome}: {result.Message} {result.Error?.Message} {result.Error?.NextStep}");
    }

    /// <summary>What a command that installs a driver finds.</summary>
    public static async Task<ChangePlan> PlanDriverAsync(this PowerOnLab lab, string host, string package) => await lab.PlanAsync(
        NvidiaVibIntents.Install([(await lab.ReadAsync()).Hosts.Single(one => one.Name == host)], ["[gpu-ds] NVIDIA/" + package], true, null, new HostChangeOptions { Reboot = true, PowerOff = true }));

    /// <summary>Puts a package on a host past every check and boots it, or by esxcli alone, which leaves it waiting for a reboot.</summary>
    public static void Put(this PowerOnLab lab, string host, string package) => lab.Simulated.Simulator.Orders.Install(host, SimulatedDrivers.File(package));

    /// <summary>Moves a VM as an admin would.</summary>
    public static async Task MoveAsync(this PowerOnLab lab, string vm, string host)
    {
        ManagedObjectReference task = await lab.Session.StartTaskAsync(
            lab.Target(vm).Id.Reference,
            "RelocateVM_Task",
            writer => writer.Element("spec", spec => spec.Element("host", new ManagedObjectReference("HostSystem", lab.Simulated.Raw.Host(host).MoRef))),
            CancellationToken.None);
        await lab.Session.WaitForTaskAsync(task, null, CancellationToken.None);
    }

    /// <summary>Puts a host into maintenance mode as an admin would, with ten minutes' time.</summary>
    public static Task EnterMaintenanceAsync(this PowerOnLab lab, string host) => lab.Session.EnterMaintenanceModeAsync(
        new ManagedObjectReference("HostSystem", lab.Simulated.Raw.Host(host).MoRef), TimeSpan.FromMinutes(10), VsanDecommissionMode.NoAction, null, null, CancellationToken.None);

    /// <summary>Does what Enable-VgpuMigration does for a cluster.</summary>
    public static async Task EnableMigrationAsync(this PowerOnLab lab, string cluster, VgpuMigrationWish wish)
    {
        NamedObject meant = (await InventoryReader.ReadNamesAsync(lab.Session, CancellationToken.None)).Clusters.Single(one => one.Name == cluster);
        IReadOnlyList<ChangeResult> results = await VmLab.RunAsync(lab.Operation(
            VgpuMigrationIntents.Enable([VgpuMigrationIntents.TargetOf(lab.Session)], [new PlanTarget(meant.Id, meant.Name, meant.ServerName)], wish, [])));
        Assert.All(results, result => Assert.True(result.Outcome is ChangeOutcome.Done or ChangeOutcome.Unchanged, $"{result.Outcome}: {result.Message}"));
    }

    /// <summary>Runs a program in a VM's guest as root.</summary>
    public static async Task<ShellResult> InGuestAsync(this PowerOnLab lab, string vm, string command)
    {
        using IGuestShell shell = await Guest.SimulatedShellTests.OpenAsync(lab.Simulated, vm, "root");
        return await shell.RunAsync(new GuestCommand(command), CancellationToken.None);
    }

    /// <summary>The one row of a rule with an outcome.</summary>
    public static ReadinessResult Row(this IReadOnlyList<ReadinessResult> rows, string ruleId, ReadinessOutcome outcome)
    {
        ReadinessResult[] found = [.. rows.Where(row => row.RuleId == ruleId && row.Outcome == outcome)];
        Assert.True(found.Length > 0, $"{ruleId} is not {outcome}: " + string.Join(" | ", rows.Where(row => row.RuleId == ruleId || row.Outcome == ReadinessOutcome.Block).Select(row => $"{row.RuleId} {row.Outcome}: {row.Seen}")));
        Assert.True(outcome is ReadinessOutcome.Pass or ReadinessOutcome.Information || found[0].NextStep is { Length: > 0 }, $"{ruleId} says what to do");
        return found[0];
    }

    /// <summary>Holds that nothing blocks.</summary>
    public static void NothingBlocks(this IReadOnlyList<ReadinessResult> rows) =>
        Assert.Empty(rows.Where(row => row.Outcome == ReadinessOutcome.Block).Select(row => $"{row.RuleId}: {row.Seen}"));

    /// <summary>The one finding of a plan that blocks.</summary>
    public static Finding Blocked(this ChangePlan plan, string ruleId)
    {
        Finding finding = Assert.Single(plan.Findings, finding => finding.Blocks);
        Assert.Equal(ruleId, finding.RuleId);
        return finding;
    }
}

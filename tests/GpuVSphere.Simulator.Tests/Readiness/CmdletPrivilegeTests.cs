using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Readiness;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Simulator.Tests.PowerOn;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Simulator.Tests.Readiness;

/// <summary>What the report says that each cmdlet needs is what its plan asks for.</summary>
public sealed class CmdletPrivilegeTests
{
    private const string Reader = "readonly@vsphere.local";
    private static readonly Regex s_privilege = new(@"\b(Host|VirtualMachine)(\.[A-Za-z]+)+");

    [Theory]
    [InlineData("Enable-GpuPassthrough")]
    [InlineData("Disable-GpuPassthrough")]
    [InlineData("Set-GpuDevice")]
    [InlineData("Set-HostGraphicsMode")]
    [InlineData("Add-VmGpuPassthrough")]
    [InlineData("Add-VmVgpuProfile")]
    [InlineData("Set-VmVgpuProfile")]
    [InlineData("Set-VmMmioSize")]
    public async Task A_cmdlet_needs_what_the_report_says_of_it(string cmdlet)
    {
        bool isVgpu = cmdlet.Contains("Vgpu", StringComparison.Ordinal) || cmdlet == "Set-HostGraphicsMode";
        using PowerOnLab lab = await PowerOnLab.StartAsync(isVgpu ? "vgpu" : "default", Reader);
        if (cmdlet is "Disable-GpuPassthrough" or "Add-VmGpuPassthrough")
        {
            lab.Activate("esx-80-01", true, "0000:3b:00.0");
        }

        if (cmdlet == "Set-VmVgpuProfile")
        {
            lab.Configure("v803-01", config => config.LockMemory = true);
            await lab.Simulated.GiveAsync("v803-01", 0, Model.SimulatorLab.VgpuDevice(-1, "nvidia_l40-8q"));
        }

        // A VM whose memory is not reserved, so that all that a GPU needs has to be set.
        IReadOnlyList<string> asked = Privileges((await lab.PlanAsync(await IntentAsync(lab, cmdlet))).Findings
            .Single(finding => finding.RuleId.StartsWith("PRIVILEGE-", StringComparison.Ordinal)).Message);
        ReadinessResult row = (await RowsAsync(lab, cmdlet)).Single(one => one.RuleId == "PRIVILEGE-CMDLET" && one.Seen.StartsWith(cmdlet + " ", StringComparison.Ordinal));

        Assert.Equal(ReadinessOutcome.Confirm, row.Outcome);
        Assert.Equal(asked.Order(), Privileges(row.Seen).Order());
    }

    [Fact]
    public async Task An_administrator_may_use_them_all()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");

        Assert.All((await lab.JudgeHostAsync("vgpu-803-01", ReadinessAction.UseVgpu)).Where(row => row.RuleId == "PRIVILEGE-CMDLET"), row => Assert.Equal(ReadinessOutcome.Pass, row.Outcome));
        Assert.Contains(await lab.JudgeVmAsync("v803-01"), row => row.RuleId == "PRIVILEGE-CMDLET" && row.Outcome == ReadinessOutcome.Pass);
    }

    [Fact]
    public async Task What_the_setting_of_the_vCenter_needs_is_asked_of_the_vCenter()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu", Reader);
        ReadinessResult row = Migration(await lab.JudgeHostAsync("vgpu-803-01", ReadinessAction.UseVgpu));
        string asked = (await lab.PlanAsync(VgpuMigrationIntents.Enable([VgpuMigrationIntents.TargetOf(lab.Session)], [], new VgpuMigrationWish(), []))).Findings
            .Single(finding => finding.RuleId == "PRIVILEGE-CLUSTER").Message;

        Assert.Equal(ReadinessOutcome.Confirm, row.Outcome);
        Assert.Contains("lacks Global.Settings", row.Seen, StringComparison.Ordinal);
        Assert.Contains("lacks Global.Settings", asked, StringComparison.Ordinal);
        Assert.DoesNotContain(await lab.JudgeHostAsync("vgpu-803-01", ReadinessAction.UsePassthrough), one => one.Seen.StartsWith("Enable-VgpuMigration", StringComparison.Ordinal));
        using PowerOnLab allowed = await PowerOnLab.StartAsync("vgpu");
        Assert.Equal(ReadinessOutcome.Pass, Migration(await allowed.JudgeHostAsync("vgpu-803-01", ReadinessAction.UseVgpu)).Outcome);

        static ReadinessResult Migration(IReadOnlyList<ReadinessResult> rows) =>
            rows.Single(one => one.RuleId == "PRIVILEGE-CMDLET" && one.Seen.StartsWith("Enable-VgpuMigration ", StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> Privileges(string text) => [.. s_privilege.Matches(text).Select(match => match.Value).Distinct()];

    private static Task<IReadOnlyList<ReadinessResult>> RowsAsync(PowerOnLab lab, string cmdlet) => cmdlet switch
    {
        "Enable-GpuPassthrough" or "Disable-GpuPassthrough" or "Set-GpuDevice" => lab.JudgeHostAsync("esx-80-01", ReadinessAction.UsePassthrough),
        "Set-HostGraphicsMode" => lab.JudgeHostAsync("vgpu-803-01", ReadinessAction.UseVgpu),
        "Add-VmGpuPassthrough" or "Set-VmMmioSize" => lab.JudgeVmAsync("ml-01"),
        _ => lab.JudgeVmAsync("v803-01"),
    };

    private static async Task<ChangeIntent> IntentAsync(PowerOnLab lab, string cmdlet)
    {
        GpuInventory inventory = await lab.ReadAsync();
        GpuHost Named(string host) => inventory.Hosts.Single(one => one.Name == host);
        VmChangeOptions plain = new();
        HostChangeOptions staged = new();
        switch (cmdlet)
        {
            case "Enable-GpuPassthrough":
                return PassthroughIntents.Enable([Named("esx-80-01").Devices[0]], staged);
            case "Disable-GpuPassthrough":
                return PassthroughIntents.Disable([Named("esx-80-01").Devices[0]], staged);
            case "Set-GpuDevice":
                return PassthroughIntents.SetLabel([Named("esx-80-01").Devices[0]], "train", staged);
            case "Set-HostGraphicsMode":
                return GraphicsIntents.Set([Named("vgpu-803-01")], new Dictionary<GpuHost, IReadOnlyList<PciAddress>>(), GraphicsType.Shared, null, null, staged);
            case "Add-VmGpuPassthrough":
                return PassthroughIntents.AddToVm([lab.Target("ml-01")], [VmLab.Device("0000:3b:00.0")], plain);
            case "Set-VmMmioSize":
                return PassthroughIntents.SetMmio([lab.Target("ml-01")], plain with { MmioSizeGB = 128 });
            case "Add-VmVgpuProfile":
                lab.Configure("v803-01", config => config.LockMemory = false);
                return VmVgpuIntents.Add([new(lab.Target("v803-01"), ["nvidia_l40-8q"])], [], new Dictionary<string, string>(), plain);
            case "Set-VmVgpuProfile":
                return VmVgpuIntents.Set([new(lab.Target("v803-01"), [])], "nvidia_l40-12q", [], new Dictionary<string, string>(), plain);
            default:
                throw new ArgumentOutOfRangeException(nameof(cmdlet), cmdlet, null);
        }
    }
}

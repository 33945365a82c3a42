using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;

namespace GpuVSphere.Core.Tests.Readiness;

public sealed class VgpuRulesTests
{
    private static readonly GpuDevice s_gpu = Samples.Gpu(enabled: false, active: false) with { GraphicsType = "sharedDirect" };

    private static readonly VgpuWish s_wish = new() { Profile = "grid_a100d-40c", IsOffered = true, Gpus = [s_gpu], IsWholeGpu = false };

    /// <summary>Each spoils one thing: the rule that must speak, whether it blocks, and a word that its message or its next step must have.</summary>
    public static TheoryData<string, string, FindingSeverity, string> Spoiled() => new()
    {
        { "in passthrough", "VGPU-PASSTHROUGH", FindingSeverity.Block, "Disable-GpuPassthrough" },
        { "no driver", "VGPU-DRIVER", FindingSeverity.Block, "Install-NvidiaVib" },
        { "still Shared", "VGPU-SHARED-DIRECT", FindingSeverity.Block, "-GraphicsType SharedDirect -Reboot" },
        { "not offered", "VGPU-OFFERED", FindingSeverity.Block, "grid_a100d-40c" },
        { "misspelt", "VGPU-OFFERED", FindingSeverity.Block, "no profile of that name is known.Did you mean grid_a100d-40c? Get-VgpuProfile -VMHost " },
        { "offered in the cluster", "VGPU-OFFERED", FindingSeverity.Warning, "esx-80-02" },
        { "offer unreadable", "VGPU-OFFERED", FindingSeverity.Warning, "could not be read" },
        { "full", "VGPU-ROOM", FindingSeverity.Block, "Get-GpuCapacity" },
        { "full, room in the cluster", "VGPU-ROOM", FindingSeverity.Warning, "esx-80-02" },
        { "room uncertain", "VGPU-ROOM", FindingSeverity.Warning, "2 to 3" },
        { "two on vmx-14", "VGPU-PER-VM", FindingSeverity.Block, "Set-VmVgpuProfile" },
        { "one on vmx-10", "VGPU-PER-VM", FindingSeverity.Block, "would have 1 vGPU; hardware version vmx-10 takes none" },
        { "five on vmx-19", "VGPU-PER-VM", FindingSeverity.Block, "takes 4" },
        { "nine on vmx-20", "VGPU-PER-VM", FindingSeverity.Block, "takes 8" },
        { "seventeen on vmx-21", "VGPU-PER-VM", FindingSeverity.Block, "takes 16" },
        { "two parts on 7.0", "VGPU-WHOLE", FindingSeverity.Block, "8.0" },
        { "two unknown on 7.0", "VGPU-WHOLE", FindingSeverity.Warning, "not known" },
        { "beside passthrough", "VGPU-WITH-PASSTHROUGH", FindingSeverity.Warning, "passthrough" },
        { "group on vmx-19", "VGPU-DEVICE-GROUP", FindingSeverity.Warning, "vmx-20" },
        { "snapshot", "VM-SNAPSHOT", FindingSeverity.Block, "snapshots" },
        { "suspended", "VM-SUSPENDED", FindingSeverity.Block, "suspended" },
        { "running", "VM-POWERED-OFF", FindingSeverity.Block, "running" },
        { "memory too large", "VM-MEMORY-FITS-HOST", FindingSeverity.Block, "2097152" },
        { "BIOS", "VM-FIRMWARE", FindingSeverity.Block, "BIOS" },
        { "host down", "HOST-CONNECTED", FindingSeverity.Block, "disconnected" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void What_is_spoilt_is_found_by_its_rule_and_by_no_other(string what, string ruleId, FindingSeverity severity, string word) =>
        RuleAssert.OneFinding(Subject(what), ruleId, severity, word);

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void Without_its_rule_nothing_is_found(string what, string ruleId, FindingSeverity severity, string word)
    {
        Assert.NotEqual(FindingSeverity.Information, severity);
        Assert.NotEmpty(word);
        Assert.Empty(ReadinessRules.Check(ReadinessRules.All.Where(rule => rule.Id != ruleId).ToList(), [Subject(what)], null));
    }

    [Theory]
    [InlineData("all is well")]
    [InlineData("one on vmx-14")]
    [InlineData("two whole on 7.0")]
    [InlineData("two parts on 8.0")]
    [InlineData("one GPU of two in passthrough")]
    public void Where_all_is_well_nothing_is_said(string what) => Assert.Empty(ReadinessRules.Check([Subject(what)]));

    private static ReadinessSubject Subject(string what)
    {
        GpuVm vm = Samples.Vm() with { HardwareVersion = 21 };
        var good = new ReadinessSubject
        {
            Action = ReadinessAction.AddVgpu,
            Target = Samples.VmTarget,
            Host = Samples.Host(s_gpu) with { Version = "8.0.3" },
            Vm = vm,
            RequiredPrivileges = ["VirtualMachine.Config.AddRemoveDevice"],
            NeedsEfi = true,
            PciDevicesAfter = 1,
            Vgpu = new VgpuQuestion { Wishes = [s_wish], After = [s_wish], HasRoom = true },
        };
        return what switch
        {
            "in passthrough" => Wish(s_wish with { IsOffered = false, Gpus = [s_gpu with { IsEnabled = true, IsActive = true, GraphicsType = "direct" }] }),
            "one GPU of two in passthrough" => Wish(s_wish with { Gpus = [s_gpu, s_gpu with { IsEnabled = true, IsActive = true, GraphicsType = "direct" }] }),
            "no driver" => Wish(s_wish with { IsOffered = false, Gpus = [s_gpu with { GraphicsType = "basic" }] }),
            "still Shared" => Wish(s_wish with { IsOffered = false, Gpus = [s_gpu with { GraphicsType = "shared" }] }),
            "not offered" => Wish(s_wish with { IsOffered = false }),
            "misspelt" => Wish(s_wish with { Profile = "grid_a100d-40", IsOffered = false, Gpus = [], NearNames = ["grid_a100d-40c"] }),
            "offered in the cluster" => Wish(s_wish with { IsOffered = false, OfferedBy = ["esx-80-02"] }),
            "offer unreadable" => Wish(s_wish with { IsOffered = null }),
            "full" => Ask(good.Vgpu with { HasRoom = false, WhyNoRoom = "It is full." }),
            "full, room in the cluster" => Ask(good.Vgpu with { HasRoom = false, WhyNoRoom = "It is full.", HostsWithRoom = ["esx-80-02"] }),
            "room uncertain" => Ask(good.Vgpu with { HasRoom = null, WhyNoRoom = "2 to 3 more." }),
            "one on vmx-14" => good with { Vm = vm with { HardwareVersion = 14 } },
            "two on vmx-14" => After(2, 14),
            "one on vmx-10" => After(1, 10),
            "five on vmx-19" => After(5, 19),
            "nine on vmx-20" => After(9, 20),
            "seventeen on vmx-21" => After(17, 21),
            "two parts on 7.0" => Several(s_wish, "7.0.3"),
            "two unknown on 7.0" => Several(s_wish with { IsWholeGpu = null }, "7.0.3"),
            "two whole on 7.0" => Several(s_wish with { IsWholeGpu = true }, "7.0.3"),
            "two parts on 8.0" => Several(s_wish, "8.0.0"),
            "beside passthrough" => Ask(good.Vgpu with { PassthroughDevices = 1 }),
            "group on vmx-19" => Ask(good.Vgpu with { DeviceGroups = ["Nvidia:2@grid_a100-40c%NVLink"] }) with { Vm = vm with { HardwareVersion = 19 } },
            "snapshot" => good with { Vm = vm with { HasSnapshots = true } },
            "suspended" => good with { Vm = vm with { PowerState = "suspended" } },
            "running" => good with { Vm = vm with { PowerState = "poweredOn" } },
            "memory too large" => good with { Vm = vm with { MemoryMB = 2097152 } },
            "BIOS" => good with { Vm = vm with { Firmware = "bios" } },
            "host down" => good with { Host = good.Host! with { ConnectionState = "disconnected" } },
            _ => good,
        };

        ReadinessSubject Ask(VgpuQuestion question) => good with { Vgpu = question };

        ReadinessSubject Wish(VgpuWish wish) => Ask(good.Vgpu! with { Wishes = [wish], After = [wish] });

        ReadinessSubject After(int count, int hardware) => Ask(good.Vgpu! with { After = [.. Enumerable.Repeat(s_wish, count)] }) with { Vm = vm with { HardwareVersion = hardware } };

        ReadinessSubject Several(VgpuWish wish, string version) =>
            Ask(good.Vgpu! with { Wishes = [wish], After = [wish, wish] }) with { Host = good.Host! with { Version = version } };
    }
}

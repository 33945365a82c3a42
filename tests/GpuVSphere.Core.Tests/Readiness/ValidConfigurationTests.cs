using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>What is set up as the documents have it is blocked by no rule, on any version, with any GPU.</summary>
public sealed class ValidConfigurationTests
{
    [Fact]
    public void No_rule_blocks_what_is_valid()
    {
        Assert.True(ValidConfiguration.All.Count >= 200, $"{ValidConfiguration.All.Count} configurations");
        Assert.Equal(ValidConfiguration.All.Count, ValidConfiguration.All.Select(one => one.Name).Distinct().Count());
        string[] blocked = [.. ValidConfiguration.All.SelectMany(one => Blocks(one).Select(row => $"{one.Name}: {row}"))];
        Assert.True(blocked.Length == 0, $"{blocked.Length} rows block, such as:\n" + string.Join('\n', blocked.Take(10)));
    }

    [Fact]
    public void Every_configuration_is_looked_at_closely()
    {
        // Nothing blocks what nothing is said of, so that much has to be said.
        Assert.All(ValidConfiguration.All, one =>
        {
            IReadOnlyList<ReadinessResult> rows = ReadinessReport.Of(one.Subjects());
            Assert.Equal(
                [one.Profile is null ? ReadinessAction.UsePassthrough : ReadinessAction.UseVgpu, ReadinessAction.PowerOn, one.Profile is null ? ReadinessAction.AddToVm : ReadinessAction.AddVgpu],
                one.Subjects().Select(subject => subject.Action));
            Assert.True(rows.Count(row => row.Outcome == ReadinessOutcome.Pass) >= 25, $"{one.Name}: {rows.Count(row => row.Outcome == ReadinessOutcome.Pass)} rows pass");
        });
    }

    [Theory]
    [InlineData("memory not reserved", "VM-MEMORY-RESERVED")]
    [InlineData("host away", "HOST-CONNECTED")]
    [InlineData("device not in force", "DEVICE-ACTIVE")]
    [InlineData("BIOS", "VM-FIRMWARE")]
    [InlineData("no MMIO keys", "MMIO-KEYS")]
    [InlineData("GPU taken out", "DEVICE-ADDRESS")]
    [InlineData("Shared", "VGPU-SHARED-DIRECT")]
    [InlineData("another profile", "VGPU-OFFERED")]
    [InlineData("driver of an older ESXi", "DRIVER-ESXI")]
    [InlineData("old hardware version", "VGPU-PER-VM")]
    public void One_thing_that_is_broken_is_blocked_wherever_it_matters(string what, string ruleId)
    {
        ValidConfiguration[] broken = [.. ValidConfiguration.All.Select(one => Break(one, what)).OfType<ValidConfiguration>()];

        Assert.True(broken.Length >= 15, $"{broken.Length} configurations can have it");
        Assert.Empty(broken.Where(one => ReadinessReport.Of(one.Subjects(), [ruleId]).All(row => row.Outcome != ReadinessOutcome.Block)).Select(one => one.Name));
    }

    private static IEnumerable<string> Blocks(ValidConfiguration one) =>
    [
        .. ReadinessReport.Of(one.Subjects()).Where(row => row.Outcome == ReadinessOutcome.Block).Select(row => $"{row.RuleId} ({row.Action}): {row.Seen}"),
        .. one.PlannerFindings().Where(finding => finding.Blocks).Select(finding => $"{finding.RuleId}: {finding.Message}"),
    ];

    // Null where it breaks nothing: a vGPU has no address, a T4 has a small BAR.
    private static ValidConfiguration? Break(ValidConfiguration one, string what)
    {
        bool isVgpu = one.Profile is not null;
        bool isLarge = one.Vm.ExtraConfig.Count > 0;
        bool isStatic = one.Vm.PciDevices.All(device => device.Kind == VmGpuKind.StaticPassthrough);
        GpuHost host = one.Host;
        return what switch
        {
            "memory not reserved" => one with { Vm = one.Vm with { IsMemoryReservationLocked = false, MemoryReservationMB = 0 } },
            "host away" => one with { Host = host with { ConnectionState = "notResponding" } },
            "device not in force" => isVgpu ? null : one with { Host = host with { Devices = [.. host.Devices.Select(device => device with { IsActive = false })] } },
            "BIOS" => isLarge && !isVgpu ? one with { Vm = one.Vm with { Firmware = "bios" } } : null,
            "no MMIO keys" => isLarge && !isVgpu && !one.Name.Contains("P100", StringComparison.Ordinal) ? one with { Vm = one.Vm with { ExtraConfig = new Dictionary<string, string>() } } : null,
            "GPU taken out" => isStatic && host.Devices.Count == 2 ? one with { Host = host with { Devices = [.. host.Devices.Skip(1)], Functions = [.. host.Functions.Skip(1)] } } : null,
            "Shared" => isVgpu ? one with { Host = host with { Devices = [.. host.Devices.Select(device => device with { GraphicsType = "shared" })] } } : null,
            "another profile" => isVgpu ? one with { Vm = one.Vm with { PciDevices = [.. one.Vm.PciDevices.Select(device => device with { VgpuProfile = "grid_k1-8q" })] } } : null,
            "driver of an older ESXi" => isVgpu && host.Version.StartsWith('8')
                ? one with { Driver = "NVIDIA-VMware_ESXi_6.7_Host_Driver_470.63-1OEM.670.0.0.8169922", Host = host with { Devices = [.. host.Devices.Select(device => device with { GraphicsType = "basic", MemoryMB = null })] } }
                : null,
            "old hardware version" => isVgpu && one.Vm.PciDevices.Count == 2 ? one with { Vm = one.Vm with { HardwareVersion = 13 } } : null,
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
    }
}

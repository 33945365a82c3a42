using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Changes;

public sealed class PlanBuilderTests
{
    private static readonly PlanTarget s_host = new(new VimObjectId("uuid", new ManagedObjectReference("HostSystem", "host-1")), "esx-01", "vc");

    [Fact]
    public void Build_WithNothingToChange_IsEmpty() =>
        Assert.Empty(new PlanBuilder().Change(null, s_host, "a", "1", "1").Change("reboot", s_host, "b", null, null).Build());

    [Fact]
    public void Build_NumbersTheStagesThatAreThere()
    {
        IReadOnlyList<ChangeStage> stages = new PlanBuilder()
            .Change("reboot", s_host, "b", "1", "2")
            .Change(null, s_host, "a", "1", null)
            .Change("reboot", s_host, "c", null, "2")
            .Build();

        Assert.Equal([(1, null), (2, "reboot")], stages.Select(stage => (stage.Number, stage.Barrier)));
        Assert.Equal(["b", "c"], stages[1].Changes.Select(change => change.Property));
    }

    [Fact]
    public void Build_WithOnlyAReboot_HasOnlyThatStage()
    {
        ChangeStage stage = Assert.Single(new PlanBuilder().Change("reboot", s_host, "active", "no", "yes").Build());
        Assert.Equal((1, "reboot"), (stage.Number, stage.Barrier));
    }

    [Theory]
    [InlineData("1", "1", true)]
    [InlineData("1", "2", false)]
    [InlineData(null, null, true)]
    [InlineData(null, "", false)]
    [InlineData("a", "A", false)]
    public void Refuse_OnlyWhatDiffers(string? planned, string? found, bool fits)
    {
        PlannedChange change = new(s_host, "key", planned, "new");
        if (fits)
        {
            StalePlan.Refuse([change], _ => found);
            return;
        }

        PlanIsStaleException error = Assert.Throws<PlanIsStaleException>(() => StalePlan.Refuse([change], _ => found));
        Assert.Equal(("PlanIsStale", "key", planned, found, "esx-01"), (error.Id, error.Property, error.Planned, error.Found, error.Target));
        Assert.Contains("Plan again", error.NextStep, StringComparison.Ordinal);
        Assert.Contains(planned ?? "absent", error.Message, StringComparison.Ordinal);
        Assert.Contains(found is null ? "absent" : $"'{found}'", error.Message, StringComparison.Ordinal);
    }
}

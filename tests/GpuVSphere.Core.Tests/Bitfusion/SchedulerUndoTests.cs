using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class SchedulerUndoTests
{
    private static readonly FlexDirectProgram s_program = new("flexdirect", "/usr/bin/flexdirect");
    private static readonly string s_unit = new SchedulerUnit(s_program, new SchedulerWish { GpuCount = 2 }).Text;
    private static readonly string s_unitBefore = new SchedulerUnit(s_program, new SchedulerWish { GpuCount = 1 }).Text;

    [Fact]
    public void A_start_where_nothing_ran_is_stopped_with_its_service()
    {
        Dictionary<string, string> wanted = Wanted(null, "resource_scheduler -n 2", null, s_unit);
        Assert.Equal([56001], SchedulerUndo.Ports(wanted));
        SchedulerUndo undo = SchedulerUndo.Of(wanted, 56001, Process("-n", "2"), s_unit, isActive: true, isOpen: false);
        Assert.Equal((null, true, false, false), (undo.Kept, undo.Stops, undo.Starts, undo.IsBack));
    }

    [Fact]
    public void A_start_over_another_one_brings_that_back_with_its_service()
    {
        SchedulerUndo undo = SchedulerUndo.Of(
            Wanted(Process("-n", "1"), "resource_scheduler -n 2", s_unitBefore, s_unit), 56001, Process("-n", "2"), s_unit, isActive: true, isOpen: false);
        Assert.Equal((null, true, true, s_unitBefore), (undo.Kept, undo.Stops, undo.Starts, undo.ServiceBefore));
        Assert.Equal(["-n", "1"], undo.Before!.Arguments);
    }

    [Fact]
    public void One_without_options_that_ran_is_not_taken_for_none()
    {
        SchedulerUndo undo = SchedulerUndo.Of(Wanted(Process(), null, null, null), 56001, null, null, isActive: false, isOpen: false);
        Assert.Equal((true, false), (undo.Starts, undo.Stops));
        Assert.Empty(undo.Before!.Arguments);
    }

    [Fact]
    public void What_is_back_already_is_left_alone()
    {
        Dictionary<string, string> wanted = Wanted(Process("-n", "1"), "resource_scheduler -n 2", s_unitBefore, s_unit);
        Assert.True(SchedulerUndo.Of(wanted, 56001, Process("-n", "1"), s_unitBefore, isActive: true, isOpen: false).IsBack);
    }

    [Fact]
    public void Another_one_that_runs_now_is_kept()
    {
        Dictionary<string, string> wanted = Wanted(null, "resource_scheduler -n 2", null, s_unit);
        SchedulerUndo undo = SchedulerUndo.Of(wanted, 56001, Process("-n", "4"), null, isActive: false, isOpen: false);
        Assert.Equal("keeps the scheduler on port 56001, running with -n 4: it was started since by somebody else", undo.Kept);
        Assert.Equal((false, false), (undo.Stops, undo.Starts));
    }

    [Fact]
    public void One_with_options_of_its_own_is_ours_while_our_service_runs_it()
    {
        Dictionary<string, string> wanted = Wanted(null, "resource_scheduler -n 2", null, s_unit);
        Assert.Null(SchedulerUndo.Of(wanted, 56001, Process("-n", "2", "--daemon"), s_unit, isActive: true, isOpen: false).Kept);
        Assert.NotNull(SchedulerUndo.Of(wanted, 56001, Process("-n", "2", "--daemon"), s_unit, isActive: false, isOpen: false).Kept);
    }

    [Fact]
    public void A_service_that_somebody_edited_is_kept()
    {
        SchedulerUndo undo = SchedulerUndo.Of(Wanted(null, "resource_scheduler -n 2", null, s_unit), 56001, Process("-n", "2"), s_unit + "# mine\n", isActive: true, isOpen: false);
        Assert.Equal("keeps the scheduler on port 56001 as it is: its service flexdirect-scheduler was changed since by somebody else", undo.Kept);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void One_that_was_stopped_since_is_not_replaced_unless_the_change_itself_failed_there(bool isOpen, bool starts)
    {
        SchedulerUndo undo = SchedulerUndo.Of(Wanted(Process("-n", "1"), "resource_scheduler -n 2", s_unitBefore, s_unit), 56001, null, null, isActive: false, isOpen);
        Assert.Equal(starts, undo.Starts);
        Assert.Equal(starts, undo.Kept is null);
        if (!starts)
        {
            Assert.Contains("stopped since by somebody else", undo.Kept, System.StringComparison.Ordinal);
        }
    }

    private static SchedulerProcess Process(params string[] arguments) => new(7, arguments);

    private static Dictionary<string, string> Wanted(SchedulerProcess? before, string? after, string? serviceBefore, string? serviceAfter)
    {
        JournalField[] fields = [.. SchedulerUndo.FieldsOf(56001, before, after, serviceBefore, serviceAfter)];
        return fields.SelectMany(field => new[] { (field.Name, field.Before), (IntentConditions.OnlyIf + field.Name, field.After) }).ToDictionary(pair => pair.Item1, pair => pair.Item2 ?? string.Empty);
    }
}

using System;
using System.Collections.Generic;
using FsCheck;
using FsCheck.Fluent;
using GpuVSphere.Core.Tests.Readiness;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;

namespace GpuVSphere.Core.Tests.Passthrough;

public sealed class VmUndoRecordTests
{
    private const string Uuid = "5021f3a0-0000-4000-8000-00000000abcd";

    private static readonly string[] s_properties =
        [VmProperty.Use64BitMmio, VmProperty.MmioSizeGB, VmProperty.MemoryLock, VmProperty.MemoryReservation, VmProperty.CpuHotAdd, VmProperty.MemoryHotAdd];

    private static GpuVm Vm(string record, string uuid = Uuid) =>
        Samples.Vm() with { InstanceUuid = uuid, ExtraConfig = new Dictionary<string, string> { [VmUndoRecord.Key] = record } };

    [Fact]
    public void A_record_reads_back_whatever_the_values_are()
    {
        // Values of extraConfig are any text, and this one is kept within one of them.
        var arbitrary = ArbMap.Default.ArbFor<(NonNull<string>, NonNull<string>, bool, byte)>();
        Prop.ForAll(arbitrary, values =>
        {
            (NonNull<string> before, NonNull<string> set, bool wasAbsent, byte which) = values;
            string property = s_properties[which % s_properties.Length];
            string? was = wasAbsent ? null : Clean(before.Get);
            string wanted = Clean(set.Get);
            string text = VmUndoRecord.Empty().With(property, was, wanted).Write(Uuid);

            VmUndoRecord? read = VmUndoRecord.Of(Vm(text));

            return read is not null && read.Fields[property] == (was, wanted) && read.IsOurs(property, wanted);
        }).QuickCheckThrowOnFailure();

        // Half a surrogate pair cannot be sent in XML either.
        static string Clean(string text) => new([.. Array.FindAll(text.ToCharArray(), letter => !char.IsSurrogate(letter))]);
    }

    [Fact]
    public void The_first_value_before_is_kept_while_only_we_change_it()
    {
        VmUndoRecord record = VmUndoRecord.Empty()
            .With(VmProperty.MmioSizeGB, null, "256")
            .With(VmProperty.MmioSizeGB, "256", "512");

        Assert.Equal((null, "512"), record.Fields[VmProperty.MmioSizeGB]);
    }

    [Fact]
    public void What_somebody_else_set_between_is_the_value_before()
    {
        VmUndoRecord record = VmUndoRecord.Empty()
            .With(VmProperty.MmioSizeGB, null, "256")
            .With(VmProperty.MmioSizeGB, "128", "512");

        Assert.Equal(("128", "512"), record.Fields[VmProperty.MmioSizeGB]);
    }

    [Theory]
    [InlineData("1;other-uuid;s=->256")]
    [InlineData("2;5021f3a0-0000-4000-8000-00000000abcd;s=->256")]
    [InlineData("1")]
    [InlineData("nonsense")]
    [InlineData("1;5021f3a0-0000-4000-8000-00000000abcd;s")]
    [InlineData("1;5021f3a0-0000-4000-8000-00000000abcd;z=1>2")]
    [InlineData("1;5021f3a0-0000-4000-8000-00000000abcd;>s=")]
    public void A_record_of_another_vm_or_version_or_a_damaged_one_is_none(string text) => Assert.Null(VmUndoRecord.Of(Vm(text)));

    [Fact]
    public void The_stamp_is_compared_without_case()
    {
        Assert.NotNull(VmUndoRecord.Of(Vm("1;" + Uuid.ToUpperInvariant() + ";s=->256")));
    }

    [Fact]
    public void It_is_short_enough_for_a_vmx_line()
    {
        VmUndoRecord record = VmUndoRecord.Empty();
        foreach (string property in s_properties)
        {
            record = record.With(property, "1048576", "1048576");
        }

        Assert.InRange(record.Write(Uuid).Length, 1, 255);
    }
}

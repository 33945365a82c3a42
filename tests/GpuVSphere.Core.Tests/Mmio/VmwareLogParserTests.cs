using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using FsCheck;
using FsCheck.Fluent;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;

namespace GpuVSphere.Core.Tests.Mmio;

public sealed class VmwareLogParserTests
{
    // As ESXi 6.x, 7.0 and 8.x begin their lines, and as grep or an excerpt leaves them.
    private static readonly string[] s_prefixes =
    [
        "2019-05-02T11:22:33.444Z| vmx| I125: ",
        "2023-02-03T04:05:06.777Z| vmx| | I005: ",
        "2024-09-10T09:40:52.413Z In(05) vmx - ",
        "",
        "vmware-3.log:1204:2024-09-10T09:40:52.413Z In(05) vmx - ",
        "\t> ",
    ];

    public static TheoryData<string> Prefixes => [.. s_prefixes];

    public static TheoryData<string> Encodings => ["utf-8", "utf-8-bom", "utf-16le-bom", "utf-16be-bom", "utf-16le", "utf-16be", "latin-1", "cp1252-garbage"];

    [Theory]
    [MemberData(nameof(Prefixes))]
    public void Regions_are_read_whatever_a_line_begins_with(string prefix)
    {
        VmwareLog log = VmwareLogParser.Read(Card("0000:3b:00.0", 32).Select(line => prefix + line), "vmware.log");
        VmwareLogDevice device = Assert.Single(log.Devices);
        Assert.Equal("0000:3b:00.0", device.Address.ToString());
        Assert.Equal([new(0, 2, 16L << 20), new(1, 3, 32L << 30), new(3, 3, 32L << 20)], device.Bars);
        Assert.Equal((32L << 30) + (48L << 20), log.TotalBarBytes);
        Assert.Equal(64, MmioQuestion.FromLog(log).SizeGB);
    }

    [Fact]
    public void Devices_are_summed_and_listed_by_address()
    {
        MmioReport report = MmioQuestion.FromLog([.. Card("0000:af:00.0", 128), .. Card("0000:3b:00.0", 128)], "ml-01/vmware.log");
        Assert.Equal(["0000:3b:00.0", "0000:af:00.0"], report.Devices.Select(device => device.Name));
        Assert.Equal(512, report.SizeGB);
        Assert.Equal(GpuVSphere.Catalog.FactConfidence.Measured, report.Confidence);
        Assert.True(report.RequiresEfi);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Every_encoding_is_read(string name)
    {
        string text = string.Join("\r\n", ["Log for VMware ESX pid=1", "displayName = \"Käthe \u00fc\"", .. Card("0000:3b:00.0", 64).Select(line => s_prefixes[1] + line)]) + "\r\n";
        byte[] bytes = name switch
        {
            "utf-8" => Encoding.UTF8.GetBytes(text),
            "utf-8-bom" => [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(text)],
            "utf-16le-bom" => [0xff, 0xfe, .. Encoding.Unicode.GetBytes(text)],
            "utf-16be-bom" => [0xfe, 0xff, .. Encoding.BigEndianUnicode.GetBytes(text)],
            "utf-16le" => Encoding.Unicode.GetBytes(text),
            "utf-16be" => Encoding.BigEndianUnicode.GetBytes(text),
            "latin-1" => Encoding.Latin1.GetBytes(text),
            _ => [0x80, 0xff, 0x81, 0xc3, (byte)'\n', .. Encoding.Latin1.GetBytes(text), 0xc3],
        };
        VmwareLog log = await VmwareLogParser.ReadAsync(new MemoryStream(bytes), "vmware.log", default);
        Assert.Equal(3, Assert.Single(log.Devices).Bars.Count);

        // The network may deliver any number of bytes at a time.
        log = await VmwareLogParser.ReadAsync(new Dripping(bytes, 1), "vmware.log", default);
        Assert.Equal(3, Assert.Single(log.Devices).Bars.Count);
    }

    [Fact]
    public async Task A_reader_gives_what_a_stream_gives()
    {
        string text = string.Join("\n", Card("0000:3b:00.0", 64));
        VmwareLog fromReader = await VmwareLogParser.ReadAsync(new StringReader(text), "vmware.log", default);
        VmwareLog fromStream = await VmwareLogParser.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), "vmware.log", default);
        Assert.Equal(fromStream.TotalBarBytes, fromReader.TotalBarBytes);
        Assert.Equal(fromStream.TotalBarBytes, VmwareLogParser.Read([text], "whole text in one string").TotalBarBytes);
        Assert.Equal(fromStream.TotalBarBytes, VmwareLogParser.Read([text.Replace('\n', '\r')], "old line ends").TotalBarBytes);
    }

    [Fact]
    public void A_failed_power_on_without_regions_gives_a_size()
    {
        MmioReport report = MmioQuestion.FromLog(
            ["2023-07-21T09:40:52.413Z In(05) vmx - PCIPassthru: total number of pages needed (33566722) exceeds limit (917504), failing", "2023-07-21T09:40:52.414Z In(05) vmx - Module 'DevicePowerOn' power on failed."],
            "vmware.log");
        Assert.Equal(256, report.SizeGB);
        Assert.Empty(report.Devices);
        Assert.Equal(MmioSourceKind.PagesNeeded, report.UsedSource?.Kind);
        Assert.Empty(report.Notes);
    }

    [Fact]
    public void Regions_and_pages_that_disagree_are_told_and_the_larger_is_taken()
    {
        MmioReport report = MmioQuestion.FromLog([.. Card("0000:3b:00.0", 16), Pages((64L << 30) / 4096)], "vmware.log");
        Assert.Equal(64, report.SizeGB);
        Assert.Contains(report.Notes, note => note.Contains("the larger was taken", StringComparison.Ordinal));
        report = MmioQuestion.FromLog([.. Card("0000:3b:00.0", 16), Pages(MmioSizing.PagesNeeded((16L << 30) + (48L << 20)))], "vmware.log");
        Assert.Equal(32, report.SizeGB);
        Assert.Empty(report.Notes);
    }

    [Fact]
    public void The_last_power_on_counts()
    {
        string[] failed = [Pages(4_206_594), "Module 'DevicePowerOn' power on failed."];
        VmwareLog log = VmwareLogParser.Read([.. Card("0000:3b:00.0", 16), .. Card("0000:af:00.0", 16), .. failed, .. Card("0000:3b:00.0", 16)], "vmware.log");
        Assert.Single(log.Devices);
        Assert.Equal(2, log.PowerOns);
        Assert.Null(log.PagesNeeded);
        Assert.False(log.HasFailed);
        Assert.Contains(MmioQuestion.FromLog(log).Notes, note => note.Contains("the last one was taken", StringComparison.Ordinal));
    }

    [Fact]
    public void Power_ons_are_told_apart_by_the_beginning_of_a_log_and_by_repetition()
    {
        const string begin = "2023-02-03T04:05:06.777Z| vmx| | I005: Log for VMware ESX pid=2104545 version=7.0.3 build=build-1 option=Release";
        Assert.Equal("0000:af:00.0", Assert.Single(VmwareLogParser.Read([begin, .. Card("0000:3b:00.0", 16), begin, .. Card("0000:af:00.0", 32)], "log").Devices).Address.ToString());
        Assert.Equal(32L << 30, Assert.Single(VmwareLogParser.Read([.. Card("0000:3b:00.0", 16), .. Card("0000:3b:00.0", 32)], "log").Devices).Bars[1].SizeBytes);
        Assert.Equal("0000:af:00.0", Assert.Single(VmwareLogParser.Read([.. Card("0000:3b:00.0", 16), "Module 'DevicePowerOn' power on failed.", .. Card("0000:af:00.0", 32)], "log").Devices).Address.ToString());
        VmwareLog later = VmwareLogParser.Read([begin, .. Card("0000:3b:00.0", 16), begin, "nothing of PCI"], "log");
        Assert.True(later.HasLaterStartWithoutDevices);
        Assert.Single(later.Devices);
    }

    [Fact]
    public void The_keys_that_the_log_prints_are_read()
    {
        MmioReport report = MmioQuestion.FromLog(
            [
                "2024-09-10T09:40:52.413Z In(05) vmx - DICT     pciPassthru.64bitMMIOSizeGB = \"512\"",
                "2024-09-10T09:40:52.413Z In(05) vmx - DICT  pciPassthru.set.usebitMMIO = \"TRUE\"",
                .. Card("0000:3b:00.0", 16),
            ],
            "vmware.log");
        Assert.Equal(512, report.ExistingSizeGB);
        Assert.Equal(512, report.SizeGB);
        Assert.Contains(report.KeyFindings, finding => finding.Problem == MmioKeyProblem.Misspelt);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2023-02-03T04:05:06.777Z| vmx| | I005: Log for VMware ESX pid=1")]
    [InlineData("2025-04-18T14:02:21.275Z| vmx| I120: DICT pciPassthru0.virtualDev = \"vmiop\"")]
    [InlineData("PCIPassthru: successfully created the IOMMU mappings")]
    [InlineData("PCIPassthru: Device 0000:3b:00.0 barIndex 1 type 3 realaddr 0x3b800000000 size 343597")]
    [InlineData("Module 'DevicePowerOn' power on failed.")]
    public void A_log_without_regions_is_an_error_with_a_next_step(string line)
    {
        var error = Assert.Throws<GpuVSphereException>(() => VmwareLogParser.Read([line], "ml-01/vmware.log"));
        Assert.Equal("NoPciLinesInLog", error.Id);
        Assert.Equal("ml-01/vmware.log", error.Target);
        Assert.Contains("-Probe", error.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1152921504606846976")]
    [InlineData("18446744073709551616")]
    [InlineData("0xffffffffffffffff")]
    [InlineData("99999999999999999999999999999999")]
    public void A_region_of_a_size_that_cannot_be_is_refused(string size)
    {
        var error = Assert.Throws<GpuVSphereException>(() => VmwareLogParser.Read([Region("0000:3b:00.0", 1, 3, size)], "vmware.log"));
        Assert.Equal("InvalidBarSize", error.Id);
        Assert.Contains(size, error.Message, StringComparison.Ordinal);
        Assert.Equal("0000:3b:00.0", error.Target);
    }

    [Fact]
    public void A_size_that_cannot_be_does_not_matter_in_an_earlier_power_on() =>
        Assert.Single(VmwareLogParser.Read([Region("0000:3b:00.0", 1, 3, "1152921504606846976"), "power on failed", .. Card("0000:3b:00.0", 16)], "log").Devices);

    [Fact]
    public void Damaged_lines_are_counted_and_told()
    {
        MmioReport report = MmioQuestion.FromLog(
            [.. Card("0000:3b:00.0", 16), "PCIPassthru: Device 0000:af:00.0 barIndex 1 type 3 realaddr 0x0 size -5 flags 12", "PCIPassthru: Device 0000:af:00.0 barIndex x"],
            "vmware.log");
        Assert.Contains(report.Notes, note => note.StartsWith("2 line(s)", StringComparison.Ordinal));
    }

    [Fact]
    public void Regions_of_no_size_are_left_out() =>
        Assert.Equal(3, Assert.Single(VmwareLogParser.Read([.. Card("0000:3b:00.0", 16), Region("0000:3b:00.0", 5, 1, "0")], "log").Devices).Bars.Count);

    [Fact]
    public void A_text_with_endless_regions_is_refused_before_it_fills_the_memory()
    {
        IEnumerable<string> lines = Enumerable.Range(0, int.MaxValue).Select(number =>
            Region(new PciAddress((ushort)(number >> 13), (byte)(number >> 5), (byte)(number & 31), 0).ToString(), 0, 2, "4096"));
        Assert.Equal("NotAVmwareLog", Assert.Throws<GpuVSphereException>(() => VmwareLogParser.Read(lines, "log")).Id);
    }

    [Fact]
    public async Task A_large_log_costs_no_memory()
    {
        const long size = 64L << 20;
        string[] lines = [.. Enumerable.Range(0, 500).Select(number => $"2024-09-10T09:40:52.413Z In(05) vmx - Vix: [{number} vmxCommands.c:556]: VMAutomation_InitiatePowerOn. Trying to soft power something")];
        using var stream = new Repeated(Encoding.UTF8.GetBytes(string.Join("\n", lines) + "\n"), size, Encoding.UTF8.GetBytes(string.Join("\n", Card("0000:3b:00.0", 80))));
        long before = GC.GetAllocatedBytesForCurrentThread();
        VmwareLog log = await VmwareLogParser.ReadAsync(stream, "vmware.log", default);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        Assert.Single(log.Devices);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_line_without_end_costs_no_memory_and_hides_nothing_after_it(bool isUtf16)
    {
        Encoding encoding = isUtf16 ? Encoding.Unicode : Encoding.UTF8;
        using var stream = new Repeated(
            encoding.GetBytes(new string('x', 50_000)),
            24 << 20,
            encoding.GetBytes("\n" + string.Join("\n", Card("0000:3b:00.0", 80))));
        long before = GC.GetAllocatedBytesForCurrentThread();
        VmwareLog log = await VmwareLogParser.ReadAsync(stream, "vmware.log", default);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        Assert.Single(log.Devices);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_stands_far_behind_in_a_line_is_no_line_of_its_own(bool isUtf16)
    {
        // Just behind the second of the reader's buffers, where a beginning could be taken for that of a line.
        string text = new string('x', (2 * 256 * 1024) + 10) + Region("0000:af:00.0", 1, 3, "65536") + "\n" + string.Join("\n", Card("0000:3b:00.0", 16));
        VmwareLog log = await VmwareLogParser.ReadAsync(new MemoryStream((isUtf16 ? Encoding.Unicode : Encoding.UTF8).GetBytes(text)), "log", default);
        Assert.Equal("0000:3b:00.0", Assert.Single(log.Devices).Address.ToString());
    }

    [Fact]
    public async Task Reading_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        using var endless = new Repeated(Encoding.UTF8.GetBytes("nothing of note\n"), long.MaxValue, []) { AfterReads = (100, source.Cancel) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => VmwareLogParser.ReadAsync(endless, "vmware.log", source.Token));
        using var text = new StreamReader(new Repeated(Encoding.UTF8.GetBytes("nothing of note\n"), long.MaxValue, []) { AfterReads = (100, source.Cancel) });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => VmwareLogParser.ReadAsync(text, "vmware.log", source.Token));
    }

    [Fact]
    public void What_is_written_in_the_logs_form_is_read_back() => Prop.ForAll(Logs(), input =>
    {
        (string Address, (int Index, long Size)[] Bars)[] devices = input.Devices;
        IEnumerable<string> lines = devices.SelectMany(device => device.Bars.Select(bar => input.Prefix + Region(device.Address, bar.Index, 3, bar.Size.ToString(CultureInfo.InvariantCulture)) + input.End));
        VmwareLog log = VmwareLogParser.Read(lines, "log");
        return log.Devices.Count == devices.Length
            && log.TotalBarBytes == devices.Sum(device => device.Bars.Sum(bar => bar.Size))
            && log.Devices.All(read => devices.Single(device => device.Address == read.Address.ToString()).Bars.OrderBy(bar => bar.Index)
                .SequenceEqual(read.Bars.Select(bar => (bar.Index, bar.SizeBytes))));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_survived() => Prop.ForAll<string[]>(lines =>
    {
        try
        {
            VmwareLogParser.Read((lines ?? []).Select(line => "PCIPassthru: Device " + line), "log");
            return false;
        }
        catch (GpuVSphereException error)
        {
            return error.Id == "NoPciLinesInLog";
        }
    }).QuickCheckThrowOnFailure();

    [SkippableTheory]
    [InlineData("vmwarelog-pcipassthru-bars-tesla-p40-32g.txt", (32L << 30) + (48L << 20), 64)]
    [InlineData("vmwarelog-pages-exceed-limit-16g-bar-dell-kb.txt", (16L << 30) + (48L << 20), 32)]
    public async Task Real_logs_are_read(string file, long totalBytes, int sizeGB)
    {
        using FileStream log = Sample(file);
        MmioReport report = await MmioQuestion.FromLogAsync(log, file, default);
        Assert.Equal(totalBytes, report.TotalBarBytes);
        Assert.Equal(sizeGB, report.SizeGB);
    }

    [SkippableFact]
    public async Task A_real_log_of_a_vGPU_has_no_regions()
    {
        using FileStream log = Sample("vmwarelog-vmiop-vgpu-poweron.txt");
        Assert.Equal("NoPciLinesInLog", (await Assert.ThrowsAsync<GpuVSphereException>(() => MmioQuestion.FromLogAsync(log, "vmware.log", default))).Id);
    }

    [SkippableFact]
    public void A_real_vmx_has_the_keys_as_they_should_be()
    {
        using var text = new StreamReader(Sample("vmx-static-passthrough-p40.txt"));
        var entries = text.ReadToEnd().Split('\n').Where(line => line.Contains('=', StringComparison.Ordinal) && line[0] != '#')
            .Select(line => new KeyValuePair<string, string>(line.Split('=')[0].Trim(), line.Split('=')[1].Trim().Trim('"')));
        MmioSettings settings = MmioKeys.Read(entries);
        Assert.Equal((true, 64), (settings.IsOn, settings.SizeGB));
        Assert.Empty(settings.Findings);
    }

    private static FileStream Sample(string file)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            // The samples lie in a folder shared, in or beside a folder above this one.
            foreach (string shared in (string[])["shared", Path.Combine("..", "shared")])
            {
                string path = Path.Combine(folder.FullName, shared, "facts", "samples", file);
                if (File.Exists(path))
                {
                    return File.OpenRead(path);
                }
            }
        }

        throw new SkipException($"the real sample {file} is not on this machine (../shared/facts/samples)");
    }

    private static Arbitrary<(string Prefix, string End, (string Address, (int Index, long Size)[] Bars)[] Devices)> Logs()
    {
        Gen<(int, long)[]> bars = Gen.SubListOf(0, 1, 3, 5).Where(list => list.Count > 0)
            .SelectMany(indexes => Gen.Choose(12, 40).ArrayOf(indexes.Count), (indexes, shifts) => indexes.Select((index, at) => (index, 1L << shifts[at])).ToArray());
        Gen<string[]> addresses = Gen.Choose(0, 255).NonEmptyListOf()
            .Select(buses => buses.Distinct().Take(16).Select(bus => new PciAddress(0, (byte)bus, 0, 0).ToString()).ToArray());
        Gen<(string, (int, long)[])[]> devices = addresses.SelectMany(list => bars.ArrayOf(list.Length), (list, all) => list.Select((address, at) => (address, all[at])).ToArray());
        return Gen.Elements(s_prefixes)
            .SelectMany(_ => Gen.Elements("", "\r", " ", "\n"), (prefix, end) => (prefix, end))
            .SelectMany(_ => devices, (line, list) => (line.prefix, line.end, list))
            .ToArbitrary();
    }

    private static string[] Card(string address, int bar1GB) =>
    [
        Region(address, 0, 2, "16777216"),
        Region(address, 1, 3, ((long)bar1GB << 30).ToString(CultureInfo.InvariantCulture)),
        Region(address, 3, 3, "33554432"),
    ];

    private static string Region(string address, int index, int type, string size) =>
        $"PCIPassthru: Device {address} barIndex {index.ToString(CultureInfo.InvariantCulture)} type {type.ToString(CultureInfo.InvariantCulture)} realaddr 0x3b7fe000000 size {size} flags {(type == 2 ? "0" : "12")}";

    private static string Pages(long pages) =>
        $"PCIPassthru: total number of pages needed ({pages.ToString(CultureInfo.InvariantCulture)}) exceeds limit (917504), failing";

    /// <summary>Delivers a few bytes at a time.</summary>
    private sealed class Dripping(byte[] bytes, int atOnce) : MemoryStream(bytes)
    {
        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            base.ReadAsync(buffer, offset, Math.Min(count, atOnce), cancellationToken);
    }

    /// <summary>A block again and again up to a length, then an end.</summary>
    private sealed class Repeated(byte[] block, long length, byte[] end) : Stream
    {
        private long _position;
        private int _reads;

        public (int Reads, Action Then)? AfterReads { get; init; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (AfterReads is { } after && ++_reads == after.Reads)
            {
                after.Then();
            }

            byte[] source = _position < length ? block : end;
            long at = _position < length ? _position % block.Length : _position - RoundedLength;
            int taken = (int)Math.Min(count, source.Length - at);
            if (taken <= 0)
            {
                return 0;
            }

            Array.Copy(source, at, buffer, offset, taken);
            _position += taken;
            return taken;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer, offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(buffer, out ArraySegment<byte> array));
            return new ValueTask<int>(Read(array.Array!, array.Offset, array.Count));
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        /// <summary>Where the last whole block ends.</summary>
        private long RoundedLength => (length + block.Length - 1) / block.Length * block.Length;
    }
}

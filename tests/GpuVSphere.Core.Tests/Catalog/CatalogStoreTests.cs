using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;

namespace GpuVSphere.Core.Tests.Catalog;

public sealed class CatalogStoreTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly string _root = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    private string State => Path.Combine(_root, "state");

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, true);
        }
    }

    [Fact]
    public void The_module_s_own_passes_its_own_check()
    {
        KnownCatalog known = KnownCatalog.Read(VgpuCatalog.Embedded);

        Assert.Equal(KnownCatalog.BuiltIn.Info, known.Info);
        Assert.True(known.Info.IsBuiltIn);
        Assert.Same(KnownCatalog.BuiltIn, new CatalogStore(State).Load());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_newer_one_is_used_with_its_provenance_and_can_be_put_back(bool isZip)
    {
        CatalogStore store = new(State);
        string path = Make("2027-01-31", release: "30.0,R700,700.10,700.11,701.10,2027-01,production,,9.0,confirmed,confirmed", isZip: isZip);

        KnownCatalog now = store.Install(CatalogStore.Check(path), s_now, "ann");

        Assert.NotNull(now.Vgpu.FindRelease("30.0"));
        Assert.Equal((false, path, s_now, "ann", new DateTime(2027, 1, 31)), (now.Info.IsBuiltIn, now.Info.BroughtFrom, now.Info.BroughtAt, now.Info.BroughtBy, now.Info.Date));
        Assert.Equal("a test", now.Info.Source);
        Assert.Equal(now.Info, new CatalogStore(State).Load().Info);

        Assert.Same(KnownCatalog.BuiltIn, store.Restore());
        Assert.Null(store.Load().Vgpu.FindRelease("30.0"));
        Assert.Empty(Directory.GetFiles(Path.Combine(State, "catalog"), "*.zip"));
    }

    [Fact]
    public void Each_one_gives_way_to_the_one_before()
    {
        CatalogStore store = new(State);
        store.Install(CatalogStore.Check(Make("2027-01-01")), s_now, "ann");
        store.Install(CatalogStore.Check(Make("2027-02-01")), s_now, "bob, \"the\" admin");
        Assert.Equal(2, store.List().Count);
        Assert.Equal("bob, \"the\" admin", store.Load().Info.BroughtBy);

        // The same again changes nothing.
        store.Install(CatalogStore.Check(Make("2027-02-01")), s_now.AddDays(1), "cy");
        Assert.Equal(s_now, store.Load().Info.BroughtAt);

        Assert.Equal(new DateTime(2027, 1, 1), store.Restore().Info.Date);
        Assert.True(store.Restore().Info.IsBuiltIn);
        Assert.Equal("NoCatalogBefore", Assert.Throws<GpuVSphereException>(() => store.Restore()).Id);
    }

    [Fact]
    public void An_older_one_is_refused()
    {
        CatalogStore store = new(State);
        Assert.Equal("CatalogIsOlder", Assert.Throws<GpuVSphereException>(() => store.Install(CatalogStore.Check(Make("2020-01-01")), s_now, "ann")).Id);
        Assert.Equal("NoCatalogBefore", Assert.Throws<GpuVSphereException>(() => store.Restore()).Id);
    }

    [Theory]
    [InlineData("vgpu-releases.csv", "30.0,R535,700.10,700.11,701.10,2027-01,production,,9.0,confirmed,confirmed\n30.1,R535,535.9,,,,production,,9.0,confirmed,confirmed", "535 is of the main releases")]
    [InlineData("vgpu-releases.csv", "16.10,R535,535.1,,,,production,,9.0,confirmed,confirmed", "a second time")]
    [InlineData("vgpu-releases.csv", "30.0,R700,abc,,,,production,,9.0,confirmed,confirmed", "no driver version")]
    [InlineData("vgpu-packages.csv", "77.7,9.0,x.zip,,,", "names the release 77.7")]
    [InlineData("vgpu-pairs.csv", "19,19,same-branch,no,confirmed,somebody", "2 rules say")]
    [InlineData("vgpu-licences.csv", "19,19,floppy,no,somebody", "neither legacy nor nls")]
    [InlineData("vgpu-gpus.csv", "P100,1.0,confirmed,,,x", "named before")]
    [InlineData("vgpu-types.csv", "grid_p100-8q,P100,Q,8192,,,2,d,,,,,R515,,", "a second time")]
    [InlineData("gpu-models.csv", "10de,zzzz,,X,,A,PCIe,1,1,,,,unknown,,,s", "hexadecimal")]
    [InlineData("esxi-builds.csv", "9.0,x,many,,confirmed", "whole number")]
    [InlineData("catalog.csv", null, "it has no catalog.csv")]
    public void What_could_mislead_is_refused_and_changes_nothing(string file, string? row, string why)
    {
        CatalogStore store = new(State);
        store.Install(CatalogStore.Check(Make("2027-01-01")), s_now, "ann");
        string folder = Make("2027-02-01");
        if (row is null)
        {
            File.Delete(Path.Combine(folder, file));
        }
        else
        {
            File.AppendAllText(Path.Combine(folder, file), row + "\n");
        }

        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => store.Install(CatalogStore.Check(folder), s_now, "bob"));

        Assert.Equal("InvalidGpuCatalog", error.Id);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal(new DateTime(2027, 1, 1), store.Load().Info.Date);
    }

    [Fact]
    public void A_later_format_is_told_from_damage()
    {
        string folder = Make("2027-02-01");
        File.WriteAllText(Path.Combine(folder, "catalog.csv"), "format,date,source\n2,2027-02-01,x\n");
        Assert.Equal("CatalogTooNew", Assert.Throws<GpuVSphereException>(() => CatalogStore.Check(folder)).Id);
        Assert.Equal("CatalogNotFound", Assert.Throws<GpuVSphereException>(() => CatalogStore.Check(Path.Combine(_root, "nothing"))).Id);
        string text = Path.Combine(_root, "text.zip");
        File.WriteAllText(text, "no archive");
        Assert.Equal("InvalidGpuCatalog", Assert.Throws<GpuVSphereException>(() => CatalogStore.Check(text)).Id);
    }

    [Fact]
    public void What_was_damaged_on_the_disk_gives_way_to_the_module_s_own()
    {
        CatalogStore store = new(State);
        store.Install(CatalogStore.Check(Make("2027-01-01")), s_now, "ann");
        string archive = Assert.Single(Directory.GetFiles(Path.Combine(State, "catalog"), "*.zip"));
        File.AppendAllText(archive, "x");

        KnownCatalog known = store.Load();
        Assert.True(known.Info.IsBuiltIn);
        Assert.Contains("was changed on the disk", known.Trouble!, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(State, "catalog", "catalogs.csv"), "nonsense\n1\n");
        Assert.Contains("cannot be used", store.Load().Trouble!, StringComparison.Ordinal);
        Assert.True(store.Restore().Info.IsBuiltIn);
        Assert.Null(store.Load().Trouble);
    }

    [Fact]
    public async Task An_address_needs_https_or_a_hash()
    {
        byte[] zip = await File.ReadAllBytesAsync(Make("2027-03-01", isZip: true));
        using CancellationTokenSource stop = new();
        (Uri address, Task served) = Serve(zip, stop.Token);

        Assert.Equal("CatalogAddressNotSafe", await ErrorAsync(address, null));
        Assert.Equal("CatalogHashDiffers", await ErrorAsync(address, new string('0', 64)));
        Assert.Equal("CatalogDownloadFailed", await ErrorAsync(new Uri(address, "/missing"), new string('0', 64)));
        byte[] read = await CatalogDownload.GetAsync(new Uri(address, "/moved"), CatalogBundle.Hash(zip), CancellationToken.None);
        Assert.Equal(new DateTime(2027, 3, 1), CatalogStore.Check(read, address.ToString()).Info.Date);
        await stop.CancelAsync();
        await served;
        Assert.Equal("CatalogDownloadFailed", await ErrorAsync(address, new string('0', 64)));
    }

    private static async Task<string> ErrorAsync(Uri address, string? hash) =>
        (await Assert.ThrowsAsync<GpuVSphereException>(() => CatalogDownload.GetAsync(address, hash, CancellationToken.None))).Id;

    private static (Uri Address, Task Served) Serve(byte[] content, CancellationToken stop)
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return (new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/catalog.zip"), ServeAsync(listener, content, stop));
    }

    private static async Task ServeAsync(TcpListener listener, byte[] content, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(stop);
                using NetworkStream stream = client.GetStream();
                byte[] buffer = new byte[4096];
                int read = await stream.ReadAsync(buffer, stop);
                string path = Encoding.ASCII.GetString(buffer, 0, read).Split(' ').ElementAtOrDefault(1) ?? string.Empty;
                string head = path switch
                {
                    "/catalog.zip" => $"HTTP/1.1 200 OK\r\nContent-Length: {content.Length}\r\nConnection: close\r\n\r\n",
                    "/moved" => "HTTP/1.1 302 Found\r\nLocation: /catalog.zip\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                    _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                };
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head), stop);
                if (path == "/catalog.zip")
                {
                    await stream.WriteAsync(content, stop);
                }
            }
        }
        catch (OperationCanceledException)
        {
            listener.Stop();
        }
    }

    /// <summary>A copy of the module's own catalogue with another date, and maybe one more release and the rules for it.</summary>
    private string Make(string date, string? release = null, bool isZip = false)
    {
        string folder = Path.Combine(_root, Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        foreach (string name in KnownCatalog.Files)
        {
            using StreamReader text = VgpuCatalog.Embedded(name);
            File.WriteAllText(Path.Combine(folder, name), text.ReadToEnd());
        }

        File.WriteAllText(Path.Combine(folder, "catalog.csv"), $"format,date,source\n1,{date},a test\n");
        File.WriteAllText(Path.Combine(folder, "readme.txt"), "not one of its files");
        if (release is not null)
        {
            File.AppendAllText(Path.Combine(folder, "vgpu-releases.csv"), release + "\n");
        }

        if (!isZip)
        {
            return folder;
        }

        string zip = folder + ".zip";
        ZipFile.CreateFromDirectory(folder, zip, CompressionLevel.Fastest, includeBaseDirectory: true);
        return zip;
    }
}

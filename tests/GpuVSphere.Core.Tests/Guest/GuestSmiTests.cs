using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Core.Tests.GuestOs;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Guest;
using GpuVSphere.Shell;
using GpuVSphere.Smi;

namespace GpuVSphere.Core.Tests.Guest;

/// <summary>nvidia-smi in a guest: what public texts show of it, and each way that it gives no report.</summary>
public sealed class GuestSmiTests
{
    [SkippableFact]
    public async Task A_driver_that_does_not_answer_is_said_in_its_own_words()
    {
        string said = string.Join("\n", Body("nvidia-smi-failed-to-communicate.txt"));
        GuestSmi smi = await GuestSmi.ReadAsync(new FakeGuest().On("nvidia-smi -q", said, 9), "web 01", CancellationToken.None);

        Assert.Null(smi.Driver);
        Assert.Equal(("GuestDriverNotLoaded", "web 01", "Test-GpuGuest -VM 'web 01' shows what is wrong."), (smi.Trouble?.Id, smi.Trouble?.Target, smi.Trouble?.NextStep));
        Assert.Contains("couldn't communicate with the NVIDIA driver", smi.Trouble!.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_licence_that_a_real_guest_shows_is_read()
    {
        string report = "==============NVSMI LOG==============\n\nDriver Version                            : 550.54.14\n\nAttached GPUs                             : 1\nGPU 00000000:02:01.0\n    Product Name                          : NVIDIA A40-8Q\n"
            + string.Join("\n", Body("nvidia-smi-q-grep-license-licensed.txt")) + "\n";
        GuestSmi smi = await GuestSmi.ReadAsync(new FakeGuest().On("nvidia-smi -q", report), "web-01", CancellationToken.None);

        string? status = LicenseReader.Status(smi.Report);
        Assert.Equal("Licensed (Expiry: 2024-10-19 6:51:17 GMT)", status);
        Assert.Equal(new DateTimeOffset(2024, 10, 19, 6, 51, 17, TimeSpan.Zero), LicenseLog.Expiry(status!));
    }

    [Theory]
    [InlineData("", "/bin/sh: 1: nvidia-smi: not found", 127, "GuestDriverMissing", "has no nvidia-smi")]
    [InlineData("No devices were found\n", "", 0, "GuestDriverNotLoaded", "No devices were found")]
    [InlineData("No devices were found\n", "", 6, "GuestDriverNotLoaded", "No devices were found")]
    [InlineData("Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.54\n", "", 18, "GuestDriverNotLoaded", "version mismatch")]
    [InlineData("", "", 1, "GuestDriverNotLoaded", "says: nothing")]
    public async Task What_it_says_in_place_of_a_report_is_told(string output, string error, int exitCode, string id, string words)
    {
        GuestSmi smi = await GuestSmi.ReadAsync(new FakeGuest().On("nvidia-smi -q", output, exitCode, error), "web-01", CancellationToken.None);

        Assert.Equal((id, "web-01"), (smi.Trouble?.Id, smi.Trouble?.Target));
        Assert.Contains(words, smi.Trouble!.Message, StringComparison.Ordinal);
        Assert.Contains("Test-GpuGuest", smi.Trouble.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_Windows_it_is_looked_for_where_drivers_have_put_it_and_one_that_fails_is_there()
    {
        const string New = @"C:\Windows\System32\nvidia-smi.exe -q";
        const string Old = @"""C:\Program Files\NVIDIA Corporation\NVSMI\nvidia-smi.exe"" -q";

        // cmd.exe says it in the language of the system, with another code where the folder is not there either.
        FakeGuest guest = new FakeGuest { Family = GuestFamily.Windows }
            .On(New, exitCode: 9009, error: "Der Befehl ist entweder falsch geschrieben oder konnte nicht gefunden werden.\r\n")
            .On(Old, exitCode: 3, error: "Das System kann den angegebenen Pfad nicht finden.\r\n");
        Assert.Equal("GuestDriverMissing", (await GuestSmi.ReadAsync(guest, "win-01", CancellationToken.None)).Trouble?.Id);
        Assert.Equal([New, Old], guest.Ran);

        guest.On(Old, "Driver Version : 391.03\nAttached GPUs : 0\n");
        Assert.Equal(DriverVersion.TryParse("391.03"), (await GuestSmi.ReadAsync(guest, "win-01", CancellationToken.None)).Driver);

        // What it says in the system's folder is the answer, also where it fails.
        guest.On(New, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\r\n", 9);
        GuestSmi failing = await GuestSmi.ReadAsync(guest, "win-01", CancellationToken.None);
        Assert.Equal("GuestDriverNotLoaded", failing.Trouble?.Id);
        Assert.Equal(New, guest.Ran[^1]);
    }

    // The first line of a sample is its source.
    private static string[] Body(string file) => [.. File.ReadAllLines(Samples.Require(file)).AsSpan(1)];
}

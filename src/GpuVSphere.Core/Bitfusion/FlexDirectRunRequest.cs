using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Shell;

namespace GpuVSphere.Bitfusion;

/// <summary>What is to be run with GPUs of FlexDirect: <c>run</c> on a server's GPUs, <c>local</c> on a server itself.</summary>
public sealed record FlexDirectRunRequest
{
    private const double SmallestPart = 0.0001;

    /// <summary>The program to run, as the guest's shell finds it.</summary>
    public required string Program { get; init; }

    /// <summary>Its arguments; each reaches the program as it is here.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether it runs on this server's own GPU (<c>local</c>) instead of on one of the pool (<c>run</c>).</summary>
    public bool IsLocal { get; init; }

    /// <summary>How many GPUs (<c>-n</c>), 1 unless told otherwise; not for <c>local</c>.</summary>
    public int? GpuCount { get; init; }

    /// <summary>How much memory of each GPU (<c>-m</c>), in MiB; null for all of it.</summary>
    public int? MemoryMB { get; init; }

    /// <summary>Which part of each GPU (<c>-p</c>), above 0 and up to 1; null for all of it.</summary>
    public double? Partial { get; init; }

    /// <summary>How long it may take before it is ended; null for as long as the caller waits.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Refuses what cannot be run.</summary>
    /// <exception cref="GpuVSphereException">InvalidFlexDirectRun: the arguments contradict each other, or one is out of its range.</exception>
    public void Check()
    {
        if (Program.Trim().Length == 0)
        {
            throw Wrong("No program was named.", "Name one: -Program nvidia-smi");
        }

        if (Program[0] == '-')
        {
            // FlexDirect would take it for an option of its own.
            throw Wrong($"'{Program}' is no program: its name begins with '-'.", "Name the program with -Program, and its options with -ArgumentList.");
        }

        if (Arguments.Prepend(Program).Any(word => word.IndexOf('\0') >= 0))
        {
            throw Wrong("An argument holds a NUL character, which no program can be given.", "Leave it out.");
        }

        if (GpuCount is < 1)
        {
            throw Wrong($"{GpuCount} GPUs cannot be used.", "Ask for one GPU or more: -GpuCount 1");
        }

        if (MemoryMB is < 1)
        {
            throw Wrong($"{MemoryMB} MiB of GPU memory cannot be used.", "Ask for 1 MiB or more: -MemoryMB 2048");
        }

        if (Partial is { } partial && !(partial >= SmallestPart && partial <= 1))
        {
            throw Wrong($"{partial.ToString(CultureInfo.InvariantCulture)} is not a part of a GPU.", "Give a fraction above 0 and up to 1: -Partial 0.5 is a half.");
        }

        if (!IsLocal && MemoryMB is not null && Partial is not null)
        {
            throw Wrong("The memory of each GPU was given as a size and as a fraction.", "Give -MemoryMB or -Partial; only with -Local both are taken.");
        }

        if (IsLocal && GpuCount is not null)
        {
            throw Wrong("A number of GPUs is not for -Local, which uses the server's own.", "Leave -GpuCount out, or -Local.");
        }

        if (TimeLimit is { } limit && limit <= TimeSpan.Zero)
        {
            throw Wrong("The time limit is over before the program starts.", "Give a longer one, or none.");
        }
    }

    /// <summary>The command line for the guest's shell.</summary>
    internal string CommandLine(FlexDirectProgram with)
    {
        List<string> words = [with.Path, IsLocal ? "local" : "run"];
        if (!IsLocal)
        {
            words.AddRange(["-n", (GpuCount ?? 1).ToString(CultureInfo.InvariantCulture)]);
        }

        if (Partial is { } partial)
        {
            words.AddRange(["-p", partial.ToString("0.####", CultureInfo.InvariantCulture)]);
        }

        if (MemoryMB is { } memory)
        {
            words.AddRange(["-m", memory.ToString(CultureInfo.InvariantCulture)]);
        }

        return RemoteQuoting.Join([.. words, Program, .. Arguments]);
    }

    private static GpuVSphereException Wrong(string message, string nextStep) => new("InvalidFlexDirectRun", GpuErrorCategory.InvalidArgument, message, null, nextStep);
}

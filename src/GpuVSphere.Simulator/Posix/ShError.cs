using System;

namespace GpuVSphere.Simulator.Posix;

/// <summary>What a system call refuses, in the words of errno, such as <c>Permission denied</c>.</summary>
internal sealed class ShError(string reason) : Exception(reason)
{
    public static ShError NotFound => new("No such file or directory");

    public static ShError Denied => new("Permission denied");

    public static ShError IsDirectory => new("Is a directory");

    public static ShError NotDirectory => new("Not a directory");

    public static ShError Exists => new("File exists");

    public static ShError NotEmpty => new("Directory not empty");
}

namespace GpuVSphere.Shell;

/// <summary>What kind of operating system a guest runs.</summary>
public enum GuestFamily
{
    /// <summary>Linux: commands are read by a POSIX <c>/bin/sh</c>.</summary>
    Linux,

    /// <summary>Windows: a command is one program with its arguments.</summary>
    Windows,
}

namespace GpuVSphere.Vim;

/// <summary>A process of a guest, as VMware Tools tell it.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Name">The program's name.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="ExitCode">Its exit code once it has ended; null while it runs. It is told for five minutes.</param>
/// <param name="HasEnded">Whether it has ended.</param>
public sealed record GuestProcessState(long Pid, string Name, string Owner, int? ExitCode, bool HasEnded);

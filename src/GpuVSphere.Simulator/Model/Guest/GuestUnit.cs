namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>A unit of systemd that was started.</summary>
/// <param name="Name">Such as <c>nvidia-gridd.service</c>.</param>
/// <param name="Process">Its main process.</param>
internal sealed record GuestUnit(string Name, GuestProcess Process)
{
    /// <summary>Whether it did its one thing and counts as active since (<c>RemainAfterExit</c>).</summary>
    public bool Remains { get; init; }

    public bool IsActive => Process.EndTime is null || (Remains && Process.ExitCode == 0);

    public bool HasFailed => Process is { EndTime: not null, ExitCode: not 0, Signal: 0 };
}

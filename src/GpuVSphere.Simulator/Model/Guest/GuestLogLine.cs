using System;
using System.Globalization;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>A line of a guest's log.</summary>
/// <param name="Time">When.</param>
/// <param name="Program">Who, such as <c>nvidia-gridd</c>.</param>
/// <param name="Message">What.</param>
internal sealed record GuestLogLine(DateTimeOffset Time, string Program, string Message)
{
    public string Text(string host) => Time.UtcDateTime.ToString("MMM dd HH:mm:ss ", CultureInfo.InvariantCulture) + host + " " + Program + ": " + Message;
}

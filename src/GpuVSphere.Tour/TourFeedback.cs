using GpuVSphere.Changes;

namespace GpuVSphere.Tour;

/// <summary>Shows the steps that a running change takes.</summary>
internal sealed class TourFeedback(Screen screen) : IChangeFeedback
{
    private readonly object _gate = new();

    /// <summary>Progress is for a bar that is drawn over; a text of it would only say everything twice.</summary>
    public void Progress(string activity, string status, int done, int total)
    {
    }

    /// <inheritdoc/>
    public void Verbose(string message)
    {
        lock (_gate)
        {
            screen.Aside(message);
        }
    }

    /// <inheritdoc/>
    public void Warning(string message)
    {
        lock (_gate)
        {
            screen.Heed(message);
        }
    }

    /// <inheritdoc/>
    public void Finished(ChangeResult result)
    {
        lock (_gate)
        {
            screen.Say($"{result.Target.Name}: {result.Outcome}. {result.Message}".TrimEnd());
        }
    }
}

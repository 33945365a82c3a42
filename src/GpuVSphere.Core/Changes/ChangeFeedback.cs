namespace GpuVSphere.Changes;

/// <summary>Feedback for those who do not listen.</summary>
public sealed class ChangeFeedback : IChangeFeedback
{
    private ChangeFeedback()
    {
    }

    /// <summary>Hears everything and does nothing.</summary>
    public static IChangeFeedback None { get; } = new ChangeFeedback();

    /// <inheritdoc/>
    public void Progress(string activity, string status, int done, int total)
    {
    }

    /// <inheritdoc/>
    public void Verbose(string message)
    {
    }

    /// <inheritdoc/>
    public void Warning(string message)
    {
    }

    /// <inheritdoc/>
    public void Finished(ChangeResult result)
    {
    }
}

namespace GpuVSphere.Changes;

/// <summary>Where a running change tells what it is doing. Called from any thread; the receiver relays.</summary>
public interface IChangeFeedback
{
    /// <summary>How far it is.</summary>
    /// <param name="activity">What is being done, such as <c>Enable passthrough</c>.</param>
    /// <param name="status">What is being waited for, such as <c>esx-01: rebooting, 3 min</c>.</param>
    /// <param name="done">Objects done.</param>
    /// <param name="total">Objects in all.</param>
    void Progress(string activity, string status, int done, int total);

    /// <summary>A step taken, for those who want to follow.</summary>
    /// <param name="message">What was done, to which object.</param>
    void Verbose(string message);

    /// <summary>Something the user should know although the work goes on.</summary>
    /// <param name="message">What, and for which object.</param>
    void Warning(string message);

    /// <summary>An object is finished.</summary>
    /// <param name="result">What became of it.</param>
    void Finished(ChangeResult result);
}

using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;

namespace GpuVSphere.Operations;

/// <summary>A change that can say beforehand how ready its objects are: it reads and plans as it does to be performed, and tells what holds as well.</summary>
internal interface IReadinessOperation : IGpuOperation
{
    /// <summary>Reads, plans, and runs the rules. Changes nothing.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<ChangeReadiness> ReportAsync(CancellationToken cancellationToken);
}

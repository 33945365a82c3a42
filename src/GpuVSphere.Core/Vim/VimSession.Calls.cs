using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

// Calls of any method.
public sealed partial class VimSession
{
    /// <summary>Asks the server for its time, in UTC.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<DateTimeOffset> ReadTimeAsync(CancellationToken cancellationToken) =>
        CallAsync(new ManagedObjectReference("ServiceInstance", "ServiceInstance"), "CurrentTime", null, reader => reader.DateTime(), Clock.UtcNow, cancellationToken);

    /// <summary>Calls a method that gives nothing back.</summary>
    /// <param name="self">The object.</param>
    /// <param name="method">The method, such as <c>UpdatePassthruConfig</c>.</param>
    /// <param name="arguments">Writes the arguments in the order of the schema, or null.</param>
    /// <param name="cancellationToken">Ends the wait; what the server does is not undone.</param>
    /// <exception cref="VimFaultException">The server refused.</exception>
    public Task CallAsync(ManagedObjectReference self, string method, Action<VimWriter>? arguments, CancellationToken cancellationToken) =>
        _channel.CallAsync(self, method, arguments, _ => true, cancellationToken);

    /// <summary>Calls a method that gives a value back, or none.</summary>
    /// <param name="self">The object.</param>
    /// <param name="method">The method.</param>
    /// <param name="arguments">Writes the arguments in the order of the schema, or null.</param>
    /// <param name="read">Reads the value: the reader stands on it.</param>
    /// <param name="whenAbsent">What to give when the server gives nothing.</param>
    /// <param name="cancellationToken">Ends the wait; what the server does is not undone.</param>
    /// <exception cref="VimFaultException">The server refused.</exception>
    public Task<T> CallAsync<T>(ManagedObjectReference self, string method, Action<VimWriter>? arguments, Func<VimReader, T> read, T whenAbsent, CancellationToken cancellationToken) =>
        _channel.CallAsync(self, method, arguments, response => response.NextChild() ? read(response.Object()) : whenAbsent, cancellationToken);

    /// <summary>Calls a method with a secret among its arguments: the request is wiped when it was sent.</summary>
    internal Task<T> CallSecretAsync<T>(ManagedObjectReference self, string method, Action<VimWriter> arguments, Func<VimReader, T> read, CancellationToken cancellationToken) =>
        _channel.CallAsync(self, method, arguments, response => response.NextChild() ? read(response.Object()) : default!, cancellationToken, isSecret: true);

    /// <summary>The same for a method that gives a list back.</summary>
    internal Task<IReadOnlyList<T>> CallSecretListAsync<T>(ManagedObjectReference self, string method, Action<VimWriter> arguments, Func<VimReader, T> read, CancellationToken cancellationToken) =>
        _channel.CallAsync<IReadOnlyList<T>>(
            self,
            method,
            arguments,
            response =>
            {
                List<T> values = [];
                while (response.NextChild())
                {
                    values.Add(read(response.Object()));
                }

                return values;
            },
            cancellationToken,
            isSecret: true);

    /// <summary>Calls a method that gives a list back.</summary>
    /// <param name="self">The object.</param>
    /// <param name="method">The method.</param>
    /// <param name="arguments">Writes the arguments in the order of the schema, or null.</param>
    /// <param name="read">Reads one value: the reader stands on it.</param>
    /// <param name="cancellationToken">Ends the wait; what the server does is not undone.</param>
    /// <exception cref="VimFaultException">The server refused.</exception>
    public Task<IReadOnlyList<T>> CallListAsync<T>(ManagedObjectReference self, string method, Action<VimWriter>? arguments, Func<VimReader, T> read, CancellationToken cancellationToken) =>
        _channel.CallAsync<IReadOnlyList<T>>(
            self,
            method,
            arguments,
            response =>
            {
                List<T> values = [];
                while (response.NextChild())
                {
                    values.Add(read(response.Object()));
                }

                return values;
            },
            cancellationToken);
}
